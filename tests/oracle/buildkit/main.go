// What BuildKit itself makes of Dockerfiles: the judge of our parser and of the rules that carry its
// names. Reads paths from standard input, a line each, and writes a line of JSON for each. With the
// argument "expand" or "ignore", reads tests/data/lint/expand.txt or dockerignore.txt and writes it with
// BuildKit's results.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
	digest "github.com/opencontainers/go-digest"
)

type failure struct {
	Message string `json:"message"`
	Line    int    `json:"line"`
}

type heredoc struct {
	Name       string `json:"name"`
	Expand     bool   `json:"expand"`
	Chomp      bool   `json:"chomp"`
	Descriptor uint   `json:"descriptor"`
	Content    string `json:"content"`
}

type instruction struct {
	Name      string       `json:"name"`
	Start     int          `json:"start"`
	End       int          `json:"end"`
	Flags     []string     `json:"flags"`
	Arguments []string     `json:"arguments"`
	JSON      bool         `json:"json"`
	Legacy    bool         `json:"legacy"`
	Heredocs  []heredoc    `json:"heredocs"`
	Onbuild   *instruction `json:"onbuild"`
	Problem   *string      `json:"problem"`
}

type warning struct {
	Rule    string `json:"rule"`
	Line    int    `json:"line"`
	Message string `json:"message"`
}

type directive struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Line  int    `json:"line"`
}

type answer struct {
	File         string         `json:"file"`
	Error        *failure       `json:"error"`   // the parser's
	Refused      *failure       `json:"refused"` // the next step's
	Escape       string         `json:"escape"`
	Directives   []directive    `json:"directives"`
	Instructions []*instruction `json:"instructions"`
	Warnings     []warning      `json:"warnings"`
	LintError    *failure       `json:"lint_error"` // of the conversion, all stages
}

func asFailure(err error) *failure {
	if err == nil {
		return nil
	}
	out := &failure{Message: err.Error()}
	var located *parser.LocationError
	if errors.As(err, &located) && len(located.Locations) > 0 && len(located.Locations[0]) > 0 {
		out.Line = located.Locations[0][0].Start.Line
	}
	return out
}

// Flags are read byte by byte and each byte written as a character of its own.
func bytesOf(flag string) string {
	out := []byte{}
	for _, r := range flag {
		out = append(out, byte(r))
	}
	return string(out)
}

func nodeArguments(node *parser.Node) []string {
	out := []string{}
	for next := node.Next; next != nil; next = next.Next {
		if len(next.Children) == 0 {
			out = append(out, next.Value)
		}
	}
	return out
}

var changes = regexp.MustCompile("[$'\"\\\\`<]")

var errUnknown = errors.New("variables")

// A value that expanding could change ends the look at a mount.
func same(word string) (string, error) {
	if changes.MatchString(word) {
		return "", errUnknown
	}
	return word, nil
}

// The build refuses mounts only when it comes to them; each is looked at alone.
func mountProblem(node *parser.Node) error {
	for _, flag := range node.Flags {
		alone := *node
		alone.Flags = []string{flag}
		command, err := instructions.ParseInstruction(&alone)
		run, ok := command.(*instructions.RunCommand)
		if !ok || err != nil {
			return err
		}
		if err := run.Expand(same); err != nil && !errors.Is(err, errUnknown) {
			return err
		}
	}
	return nil
}

func problemOf(node *parser.Node) *string {
	command, err := instructions.ParseInstruction(node)
	if _, ok := command.(*instructions.RunCommand); ok && err == nil {
		err = mountProblem(node)
	}
	if err == nil {
		return nil
	}
	text := err.Error()
	return &text
}

func convert(node *parser.Node) *instruction {
	out := &instruction{
		Name:      strings.ToLower(node.Value),
		Start:     node.StartLine,
		End:       node.EndLine,
		Flags:     []string{},
		Arguments: nodeArguments(node),
		JSON:      node.Attributes["json"],
		Heredocs:  []heredoc{},
		Problem:   problemOf(node),
	}
	for _, flag := range node.Flags {
		out.Flags = append(out.Flags, bytesOf(flag))
	}
	for _, h := range node.Heredocs {
		out.Heredocs = append(out.Heredocs, heredoc{h.Name, h.Expand, h.Chomp, h.FileDescriptor, h.Content})
	}
	switch out.Name {
	case "env", "label":
		pairs := []string{}
		for i := 0; i+2 < len(out.Arguments); i += 3 {
			pairs = append(pairs, out.Arguments[i], out.Arguments[i+1])
			out.Legacy = out.Legacy || out.Arguments[i+2] == ""
		}
		out.Arguments = pairs
	case "onbuild":
		if node.Next != nil && len(node.Next.Children) > 0 {
			out.Onbuild = convert(node.Next.Children[0])
		}
	case "add", "arg", "cmd", "copy", "entrypoint", "expose", "from", "healthcheck", "maintainer",
		"run", "shell", "stopsignal", "user", "volume", "workdir":
	default:
		out.Arguments = []string{}
	}
	return out
}

// Base images are not asked for: each is an Alpine-like one of the platform that is wanted.
type images struct{}

func (images) ResolveImageConfig(ctx context.Context, ref string, opt sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	platform := struct{ os, arch string }{"linux", "amd64"}
	if opt.ImageOpt != nil && opt.ImageOpt.Platform != nil {
		platform.os, platform.arch = opt.ImageOpt.Platform.OS, opt.ImageOpt.Platform.Architecture
	}
	config := fmt.Sprintf(`{"os":%q,"architecture":%q,"config":{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"Cmd":["/bin/sh"]},"rootfs":{"type":"layers","diff_ids":["sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"]}}`,
		platform.os, platform.arch)
	return ref, "", []byte(config), nil
}

const experimental = "# check=experimental=all\n"

// Experimental checks are asked for by a line more in front, unless the file says itself what to check.
func lint(ctx context.Context, text []byte, out *answer) {
	more := 0
	text = bytes.TrimPrefix(text, []byte("\xEF\xBB\xBF"))
	if _, _, _, ok := parser.ParseDirective("check", text); !ok && !bytes.HasPrefix(text, []byte("#!")) {
		text = append([]byte(experimental), text...)
		more = 1
	}
	local := llb.Local("context")
	source := llb.NewSourceMap(nil, "Dockerfile", "Dockerfile", text)
	source.Definition = &llb.Definition{}
	results, err := dockerfile2llb.DockerfileLint(ctx, text, dockerfile2llb.ConvertOpt{
		Config:       dockerui.Config{},
		MainContext:  &local,
		SourceMap:    source,
		MetaResolver: images{},
	})
	if err != nil {
		out.LintError = asFailure(err)
		return
	}
	for _, found := range results.Warnings {
		line := 0
		if found.Location != nil && len(found.Location.Ranges) > 0 {
			line = int(found.Location.Ranges[0].Start.Line) - more
		}
		out.Warnings = append(out.Warnings, warning{found.RuleName, line, found.Detail})
	}
	if results.Error != nil {
		out.LintError = &failure{Message: results.Error.Message}
		if ranges := results.Error.Location.Ranges; len(ranges) > 0 {
			out.LintError.Line = int(ranges[0].Start.Line) - more
		}
	}
}

func look(ctx context.Context, path string) (out *answer) {
	out = &answer{File: path, Directives: []directive{}, Instructions: []*instruction{}, Warnings: []warning{}}
	text, err := os.ReadFile(path)
	if err != nil {
		out.Error = &failure{Message: err.Error()}
		return out
	}
	for _, name := range []string{"syntax", "check"} {
		_, value, location, ok := parser.ParseDirective(name, text)
		if name == "syntax" {
			_, value, location, ok = parser.DetectSyntax(text)
		}
		if ok {
			out.Directives = append(out.Directives, directive{name, value, location[0].Start.Line})
		}
	}
	result, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		out.Error = asFailure(err)
		return out
	}
	out.Escape = string(result.EscapeToken)
	for _, node := range result.AST.Children {
		out.Instructions = append(out.Instructions, convert(node))
	}
	_, _, err = instructions.Parse(result.AST, nil)
	out.Refused = asFailure(err)
	defer func() {
		if broken := recover(); broken != nil {
			out.LintError = &failure{Message: fmt.Sprint("panic: ", broken)}
		}
	}()
	if os.Getenv("ORACLE_PARSE_ONLY") == "" {
		lint(ctx, text, out)
	}
	return out
}

func expand() {
	variables := map[string]string{}
	escape := '\\'
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		line := lines.Text()
		if name, ok := strings.CutPrefix(line, "set "); ok {
			key, value, _ := strings.Cut(name, "=")
			variables[key] = strings.ReplaceAll(value, "<newline>", "\n")
		}
		if token, ok := strings.CutPrefix(line, "escape "); ok {
			escape = rune(token[0])
		}
		word, _, isCase := strings.Cut(line, " => ")
		if !isCase {
			fmt.Println(line)
			continue
		}
		pairs := []string{}
		for name, value := range variables {
			pairs = append(pairs, name+"="+value)
		}
		result, err := shell.NewLex(escape).ProcessWordWithMatches(word, shell.EnvsFromSlice(pairs))
		if err != nil {
			fmt.Printf("%s => refused\n", word)
			continue
		}
		fmt.Printf("%s => \"%s\"\n", word, strings.ReplaceAll(result.Result, "\n", "<newline>"))
	}
}

// Lines "PATTERN PATTERN… : PATH => ": whether the path is kept out.
func ignore() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		line, _, isCase := strings.Cut(lines.Text(), " => ")
		words, path, _ := strings.Cut(line, " : ")
		if !isCase {
			fmt.Println(lines.Text())
			continue
		}
		patterns, err := ignorefile.ReadAll(strings.NewReader(strings.ReplaceAll(words, " ", "\n")))
		result := "in"
		matcher, broken := patternmatcher.New(patterns)
		if err != nil || broken != nil {
			result = "refused"
		} else if out, err := matcher.MatchesOrParentMatches(path); err != nil {
			result = "refused"
		} else if out {
			result = "out"
		}
		fmt.Printf("%s => %s\n", line, result)
	}
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "ignore" {
		ignore()
		return
	}
	if len(os.Args) > 1 && os.Args[1] == "expand" {
		expand()
		return
	}
	ctx := context.Background()
	writer := bufio.NewWriter(os.Stdout)
	defer writer.Flush()
	encoder := json.NewEncoder(writer)
	encoder.SetEscapeHTML(false)
	paths := bufio.NewScanner(os.Stdin)
	for paths.Scan() {
		if err := encoder.Encode(look(ctx, paths.Text())); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
