"""What nginx -t says of tests/data/lint/nginx/verdicts.txt. usage: nginx_verdicts.py FILE FOLDER.
Our own parser answers to the same file in tests/unit/lint/nginx_verdicts_test.c."""
import subprocess, sys

file, folder = sys.argv[1:]
MODULES = "/usr/lib/nginx/modules"
temporary = " ".join(f"{name}_temp_path {folder}/temp;" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
WRAPS = {"main": "%s", "http": f"http {{ {temporary} access_log off; %s\n}}",
         "server": f"http {{ {temporary} access_log off; server {{ %s\n}} }}",
         "location": f"http {{ {temporary} access_log off; server {{ location /t {{ %s\n}} }} }}",
         "stream": "stream { %s\n}", "mail": "mail { %s\n}"}
wrong = cases = 0
for line in open(file, encoding="utf-8"):
    line = line.rstrip("\n")
    if not line or line.startswith("#"):
        continue
    context, verdict, text = line.split(" ", 2)
    text = text.replace("\\L", "x" * 5000).replace("\\n", "\n").replace("\\r", "\r")
    module = f"load_module {MODULES}/ngx_{context}_module.so;\n" if context in ("stream", "mail") else ""
    with open(folder + "/case.conf", "w") as out:
        out.write(f"{module}pid {folder}/pid; error_log {folder}/log;\nevents {{ }}\n" + WRAPS[context].replace("%s", text))
    done = subprocess.run(["nginx", "-t", "-q", "-c", folder + "/case.conf"], capture_output=True, text=True)
    cases += 1
    if (done.returncode == 0) != (verdict == "good"):
        wrong += 1
        print(line[:150], "\n   ", done.stderr.strip()[:300])
print(f"{cases} pieces, {wrong} with another verdict")
sys.exit(wrong > 0 or cases < 300)
