// A release to its tags, as `plimsoll tag plan` has it: a release moves its moving tags, a pre-release none.
const VERSION = /^v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?$/;

export function tagsOf(release) {
  const found = VERSION.exec(release.trim());
  if (!found) return null;
  const [, major, minor, patch, pre] = found;
  const version = `${major}.${minor}.${patch}`;
  if (pre) return [{ name: `${version}-${pre}`, note: "a pre-release moves no other tag" }];
  return [
    { name: version, note: "this version, never moved again" },
    { name: `${major}.${minor}`, note: "the newest patch" },
    { name: major, note: "the newest minor version" },
    { name: "latest", note: "the current stable one" },
  ];
}
