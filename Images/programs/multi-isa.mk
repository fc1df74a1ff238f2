# For the programs here that popcorn-cc builds once for all ISAs: BIN, BIN_x86-64, BIN_aarch64 in the current directory.
#
#   make                            popcorn-cc in PATH, or CC=.../popcorn-cc
#   make -f THIS/FOLDER/Makefile    in a directory elsewhere
#   make plain                      BIN.plain, by any compiler (PLAIN_CC), for one node: what results are compared with

HERE := $(dir $(firstword $(MAKEFILE_LIST)))
VPATH := $(HERE) $(HERE)..
PLAIN_CC ?= clang-19

include $(HERE)../../runtime/popcorn.mk

.PHONY: plain
plain: $(BIN).plain

$(BIN).plain: $(SRC)
	$(PLAIN_CC) -O2 -w -ffp-contract=off -DNO_POPCORN -o $@ $^ $(LIBS) -pthread

clean: clean-plain
.PHONY: clean-plain
clean-plain:
	$(RM) $(BIN).plain
