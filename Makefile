# The front door: `make help` says what there is. `make demo` and `make test` install what is missing,
# every other target only builds. Objects live under $(BUILD), so several configurations coexist.

VERSION := 0.1.0
BUILD   ?= build
ifeq ($(origin CC),default)
CC      := gcc
endif
ifeq ($(origin CXX),default)
CXX     := g++
endif
PREFIX  ?= /usr/local
DESTDIR ?=

WARN := -Wall -Wextra -Wshadow -Wformat=2 -Wvla -Wpointer-arith -Wwrite-strings
CWARN := $(WARN) -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
OPT  ?= -O2 -g
SAN  ?=
CPPFLAGS += -D_GNU_SOURCE -DVPCMETA_VERSION='"$(VERSION)"' -Ipkg -Icmd -I.
# Hidden: a function of ours that is called like one inside a library must not stand in for it.
ALL_CFLAGS   = -std=gnu11 $(CWARN) $(OPT) $(SAN) -fvisibility=hidden -fno-common -ffunction-sections -fdata-sections $(CFLAGS)
ALL_CXXFLAGS = -std=c++17 $(WARN) $(OPT) $(SAN) -fvisibility=hidden -fno-rtti -ffunction-sections -fdata-sections $(CXXFLAGS)
ALL_LDFLAGS  = $(SAN) -Wl,--gc-sections -Wl,--as-needed $(LDFLAGS)

LIBS     := -lcurl -lcrypto -lnettle -ljansson -luriparser -lsimdjson -ljq -lyaml -lpcre2-8 -lsqlite3 -ledit -lstdc++ -lm -lpthread
SIM_LIBS := -lmicrohttpd -lgnutls

lib_src  := $(wildcard pkg/*/*.c pkg/*/*/*.c pkg/*/*.cc)
main_src := $(wildcard cmd/vpcmeta/*.c)
sim_src  := $(wildcard cmd/vpcsim/*.c cmd/vpcsim/*/*.c)
unit_src := $(wildcard tests/unit/test_*.c)
fuzz_src := $(wildcard tests/fuzz/fuzz_*.c)
bench_src := $(wildcard tests/bench/*.c)
browser_src := $(wildcard tests/browser/*.c)
schemas  := $(wildcard schemas/*.json schemas/*/*.json)
manual   := $(wildcard cmd/vpcmeta/manual/*.md)
sim_manual := $(wildcard cmd/vpcsim/manual/*.md)
html     := $(wildcard pkg/render/html/*)
metaschemas := $(wildcard pkg/schema/metaschema/*.json pkg/schema/metaschema/*/*.json)

obj = $(patsubst %,$(BUILD)/obj/%.o,$(1))
lib_obj   := $(call obj,$(lib_src)) $(BUILD)/obj/gen/schema_files.o $(BUILD)/obj/gen/schema_metaschema_files.o \
             $(BUILD)/obj/gen/render_html_scripts.o $(BUILD)/obj/gen/render_html_styles.o
main_obj  := $(call obj,$(main_src)) $(BUILD)/obj/gen/commands_topics.o
sim_obj   := $(call obj,$(sim_src)) $(BUILD)/obj/gen/options_topics.o
unit_bin  := $(patsubst tests/%.c,$(BUILD)/tests/%,$(unit_src))
fuzz_replay_bin := $(patsubst tests/fuzz/%.c,$(BUILD)/tests/fuzz/replay_%,$(fuzz_src))
fuzz_bin  := $(patsubst tests/fuzz/%.c,$(BUILD)/tests/fuzz/%,$(fuzz_src))
browser_bin := $(patsubst tests/%.c,$(BUILD)/tests/%,$(browser_src))
bench_bin := $(patsubst tests/bench/%.c,$(BUILD)/tests/bench/%,$(bench_src))
lib := $(BUILD)/libvpcmeta.a

# `make V=1` shows the commands, otherwise a line says what is made.
say = $(if $(V),,@echo "  $(1)  $@" && )

.PHONY: all demo test check install uninstall man deps lint format asan valgrind fuzz measure picture bench help clean tests-built
.DELETE_ON_ERROR:
.SECONDARY:

all: $(BUILD)/vpcmeta $(BUILD)/vpcsim ## build vpcmeta and vpcsim

demo: ## install what is missing, build, run the main job on the embedded simulator
	@scripts/deps.sh build
	@$(MAKE) --no-print-directory -s -j$$(nproc) all
	@BUILD=$(BUILD) scripts/demo.sh

test: ## install what is missing, build, run every test
	@scripts/deps.sh build test
	@$(MAKE) --no-print-directory -j$$(nproc) tests-built
	@$(MAKE) --no-print-directory check

tests-built: all $(unit_bin) $(browser_bin) $(fuzz_replay_bin)

check: tests-built
	@BUILD=$(BUILD) scripts/run-tests.sh $(wildcard tests/fault/*.bats tests/browser/test_*.py tests/cli/*.bats) $(unit_bin) $(fuzz_replay_bin)

share := $(DESTDIR)$(PREFIX)/share
install: all man ## install into $(DESTDIR)$(PREFIX)
	install -D -m 755 $(BUILD)/vpcmeta $(DESTDIR)$(PREFIX)/bin/vpcmeta
	install -D -m 755 $(BUILD)/vpcsim $(DESTDIR)$(PREFIX)/bin/vpcsim
	install -D -m 644 -t $(share)/man/man1 $(BUILD)/man/*.1
	install -D -m 644 -t $(share)/man/man7 $(BUILD)/man/*.7
	install -D -m 644 $(BUILD)/completion/bash $(share)/bash-completion/completions/vpcmeta
	install -D -m 644 $(BUILD)/completion/zsh $(share)/zsh/site-functions/_vpcmeta
	install -D -m 644 $(BUILD)/completion/fish $(share)/fish/vendor_completions.d/vpcmeta.fish
	install -D -m 644 $(BUILD)/completion/vpcsim.bash $(share)/bash-completion/completions/vpcsim
	install -D -m 644 $(BUILD)/completion/vpcsim.zsh $(share)/zsh/site-functions/_vpcsim
	install -D -m 644 $(BUILD)/completion/vpcsim.fish $(share)/fish/vendor_completions.d/vpcsim.fish
	@set -e; for file in $(schemas); do install -D -m 644 $$file $(share)/vpcmeta/$$file; done

# What install writes, this removes; folders of others stay, and so do settings and the history of runs.
uninstall: ## remove what install has written there
	rm -f $(DESTDIR)$(PREFIX)/bin/vpcmeta $(DESTDIR)$(PREFIX)/bin/vpcsim
	rm -f $(share)/man/man[17]/vpcmeta.1 $(share)/man/man[17]/vpcmeta-*.[17] $(share)/man/man1/vpcsim.1
	rm -f $(share)/bash-completion/completions/vpcmeta $(share)/bash-completion/completions/vpcsim
	rm -f $(share)/zsh/site-functions/_vpcmeta $(share)/zsh/site-functions/_vpcsim
	rm -f $(share)/fish/vendor_completions.d/vpcmeta.fish $(share)/fish/vendor_completions.d/vpcsim.fish
	rm -rf $(share)/vpcmeta

man: all ## write manual pages and completion scripts from the command table and the manual
	@rm -rf $(BUILD)/man $(BUILD)/completion && mkdir -p $(BUILD)/man $(BUILD)/completion
	@$(BUILD)/vpcmeta help --man > $(BUILD)/man/vpcmeta.1
	@$(BUILD)/vpcsim --man > $(BUILD)/man/vpcsim.1
	@set -e; $(BUILD)/vpcmeta help --list | while read -r command; do \
	    $(BUILD)/vpcmeta help --man $$command > "$(BUILD)/man/vpcmeta-$$(echo "$$command" | tr ' ' -).1"; done
	@set -e; $(BUILD)/vpcmeta help --topics | while read -r topic; do \
	    $(BUILD)/vpcmeta help --man --topic $$topic > "$(BUILD)/man/vpcmeta-$$topic.7"; done
	@set -e; for shell in bash zsh fish; do \
	    $(BUILD)/vpcmeta completion $$shell | sed 's|$(realpath $(BUILD))/vpcmeta|vpcmeta|' > $(BUILD)/completion/$$shell; \
	    $(BUILD)/vpcsim --completion $$shell > $(BUILD)/completion/vpcsim.$$shell; done

lint: export LINT_FLAGS = $(CPPFLAGS)
lint: ## formatting, words, floors, sizes, cppcheck, clang-tidy, warnings of gcc and clang
	@scripts/deps.sh build test dev
	@scripts/lint-format.sh
	@scripts/lint-text.sh
	@scripts/lint-words.py
	@scripts/lint-layers.sh
	@scripts/lint-static.sh
	@$(MAKE) --no-print-directory -j$$(nproc) BUILD=build/gcc-werror CC=gcc CXX=g++ CFLAGS=-Werror CXXFLAGS=-Werror tests-built
	@scripts/measure.py --check build/gcc-werror/obj
	@$(MAKE) --no-print-directory -j$$(nproc) BUILD=build/clang-werror CC=clang CXX=clang++ CFLAGS=-Werror CXXFLAGS=-Werror tests-built
	@echo "lint: clean"

deps: ## install every Debian package that any target needs
	@scripts/deps.sh build test dev

format: ## apply .clang-format
	@git ls-files '*.c' '*.h' '*.cc' | xargs clang-format -i

asan: ## every test under AddressSanitizer, LeakSanitizer and UBSan
	@scripts/deps.sh build test
	@$(MAKE) --no-print-directory -j$$(nproc) BUILD=build/asan OPT="-O1 -g" \
	    SAN="-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer" tests-built
	@$(MAKE) --no-print-directory BUILD=build/asan OPT="-O1 -g" \
	    SAN="-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer" check

valgrind: ## unit tests and the command line tests under valgrind
	@scripts/deps.sh build test dev
	@$(MAKE) --no-print-directory -j$$(nproc) tests-built
	@VALGRIND=1 $(MAKE) --no-print-directory check

FUZZ_SECONDS ?= 60
fuzz: ## run every fuzzer for FUZZ_SECONDS (default 60) under ASan and UBSan
	@scripts/deps.sh build test dev
	@$(MAKE) --no-print-directory -j$$(nproc) BUILD=build/fuzz CC=clang CXX=clang++ OPT="-O1 -g" \
	    SAN="-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined" fuzz-built
	@BUILD=build/fuzz FUZZ_SECONDS=$(FUZZ_SECONDS) scripts/run-fuzz.sh

.PHONY: fuzz-built bench-built
fuzz-built: $(fuzz_bin)
bench-built: all $(bench_bin)

picture: all ## make the picture in README from a real run
	@scripts/deps.sh dev
	@scripts/picture.py $(BUILD) scripts/picture.svg

measure: tests-built ## print sizes, cycles and repetitions of the source
	@scripts/measure.py $(BUILD)/obj

bench: ## measure against peers in the same run; prints ratios (BENCH_QUICK=1: a minute)
	@scripts/deps.sh build test dev
	@$(MAKE) --no-print-directory -j$$(nproc) bench-built
	@BUILD=$(BUILD) tests/bench/run.sh

clean: ## remove everything that was built
	rm -rf build

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 12

# --- rules ---------------------------------------------------------------------------------------

$(BUILD)/vpcmeta: $(main_obj) $(lib)
	$(call say,LD)$(CC) $(ALL_LDFLAGS) -o $@ $(main_obj) $(lib) $(LIBS)

$(BUILD)/vpcsim: $(sim_obj) $(lib)
	$(call say,LD)$(CC) $(ALL_LDFLAGS) -o $@ $(sim_obj) $(lib) $(LIBS) $(SIM_LIBS)

$(lib): $(lib_obj)
	@rm -f $@
	$(call say,AR)$(AR) rcs $@ $(lib_obj)

$(BUILD)/obj/%.c.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/%.cc.o: %.cc $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CXX)$(CXX) $(CPPFLAGS) $(ALL_CXXFLAGS) -MMD -MP -c -o $@ $<

embed := scripts/embed-files.sh
$(BUILD)/gen/schema_files.c: $(embed) $(schemas) $(wildcard schemas schemas/*/)
	@mkdir -p $(@D)
	$(embed) schemas json schema/schema_files.h schema_file schema_files > $@

$(BUILD)/gen/schema_metaschema_files.c: $(embed) $(metaschemas)
	@mkdir -p $(@D)
	$(embed) pkg/schema/metaschema json schema/schema_files.h schema_file schema_metaschema_files > $@

$(BUILD)/gen/render_html_scripts.c: $(embed) $(html) $(wildcard pkg/render/html)
	@mkdir -p $(@D)
	$(embed) pkg/render/html js render/render_html_page.h render_html_file render_html_scripts > $@

$(BUILD)/gen/render_html_styles.c: $(embed) $(html) $(wildcard pkg/render/html)
	@mkdir -p $(@D)
	$(embed) pkg/render/html css render/render_html_page.h render_html_file render_html_styles > $@

$(BUILD)/gen/commands_topics.c: $(embed) $(manual) $(wildcard cmd/vpcmeta/manual)
	@mkdir -p $(@D)
	$(embed) cmd/vpcmeta/manual md vpcmeta/commands.h cli_topic commands_topics > $@

$(BUILD)/gen/options_topics.c: $(embed) $(sim_manual) $(wildcard cmd/vpcsim/manual)
	@mkdir -p $(@D)
	$(embed) cmd/vpcsim/manual md vpcsim/options.h cli_topic options_topics > $@

$(BUILD)/obj/gen/%.o: $(BUILD)/gen/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/obj/gen/schema_files.o: $(schemas)
$(BUILD)/obj/gen/schema_metaschema_files.o: $(metaschemas)
$(BUILD)/obj/gen/render_html_scripts.o $(BUILD)/obj/gen/render_html_styles.o: $(html)
$(BUILD)/obj/gen/commands_topics.o: $(manual)
$(BUILD)/obj/gen/options_topics.o: $(sim_manual)

$(BUILD)/tests/unit/%: $(BUILD)/obj/tests/unit/%.c.o $(lib)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(lib) $(LIBS) -lcmocka
$(BUILD)/tests/unit/test_commands: $(filter-out %/main.c.o,$(main_obj))
sim_tests := $(addprefix $(BUILD)/tests/unit/,test_vpcsim test_vpcsim_copy test_vpcsim_plane)
$(sim_tests): $(filter-out %/main.c.o,$(sim_obj))
$(sim_tests): LIBS += $(SIM_LIBS)

$(BUILD)/tests/fuzz/replay_%: $(BUILD)/obj/tests/fuzz/%.c.o $(BUILD)/obj/tests/fuzz/replay.c.o $(lib)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(lib) $(LIBS)

$(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/obj/tests/fuzz/fuzz_%.c.o $(lib)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $< $(lib) $(LIBS)

$(BUILD)/tests/browser/%: $(BUILD)/obj/tests/browser/%.c.o $(lib)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(ALL_LDFLAGS) -o $@ $< $(lib) $(LIBS)

$(BUILD)/tests/bench/%: $(BUILD)/obj/tests/bench/%.c.o $(lib)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(ALL_LDFLAGS) -o $@ $< $(lib) $(LIBS)

# Rebuild when the compiler or its flags change, not only when a source does. The first build in a folder
# looks for the packages, so that a missing one is named and not guessed from a missing header.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@test -e $@ || scripts/deps.sh --check build
	@echo '$(CC) $(CXX) $(CPPFLAGS) $(ALL_CFLAGS) $(ALL_CXXFLAGS) $(ALL_LDFLAGS)' | cmp -s - $@ || \
	    echo '$(CC) $(CXX) $(CPPFLAGS) $(ALL_CFLAGS) $(ALL_CXXFLAGS) $(ALL_LDFLAGS)' > $@
.PHONY: FORCE
FORCE:

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
