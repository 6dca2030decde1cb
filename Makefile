# A thin face of meson: what each word does is in meson.build and in the scripts named here.
BUILD  ?= build
PREFIX ?= /usr/local
NINJA   = ninja -C $(BUILD)

.PHONY: all demo test unit cases scenarios bench soak fuzz asan tsan coverage format check install clean

all: $(BUILD)/build.ninja
	@$(NINJA)

$(BUILD)/build.ninja:
	@meson setup $(BUILD) --prefix $(PREFIX) >$(BUILD).log 2>&1 || { cat $(BUILD).log; exit 1; }
	@rm -f $(BUILD).log

# These two build no tests: a newcomer waits for a fifth of the work.
demo: $(BUILD)/build.ninja
	@$(NINJA) src/cli/plimsoll tests/tools/make-image
	@sh tools/demo $(BUILD)

# Everything CI runs, in the order of its cost; the last line counts.
test:
	@sh tools/test

unit cases: all
	@meson test -C $(BUILD) --no-rebuild --suite $@

scenarios: all
	@PLIMSOLL=$(BUILD)/src/cli/plimsoll sh tests/scenarios/run

bench: all
	@sh bench/run $(BUILD)

soak: all
	@$(BUILD)/tests/simulation/simulation --runs 300000 --seed $$(date +%s)
	@FUZZ_SECONDS=600 sh tools/fuzz
	@sh tools/clients gitea >/dev/null # these take longer than a scenario may
	@sh tools/clients buildx >/dev/null
	@SOAK=1 PLIMSOLL=$(BUILD)/src/cli/plimsoll sh tests/scenarios/run

fuzz:
	@sh tools/fuzz

asan:
	@BUILD=build-asan sh tools/sanitize address,undefined

tsan:
	@BUILD=build-tsan sh tools/sanitize thread

coverage:
	@meson setup build-coverage -Db_coverage=true --reconfigure >/dev/null 2>&1 || meson setup build-coverage -Db_coverage=true >/dev/null
	@meson test -C build-coverage && ninja -C build-coverage coverage-text && cat build-coverage/meson-logs/coverage.txt

format:
	@clang-format -i $$(git ls-files '*.c' '*.h')

check:
	@sh tools/check

install: $(BUILD)/build.ninja
	@meson configure $(BUILD) -Dprefix=$(PREFIX) && $(NINJA) program
	@DESTDIR=$(DESTDIR) meson install -C $(BUILD) --no-rebuild

clean:
	@rm -rf $(BUILD) build-*
