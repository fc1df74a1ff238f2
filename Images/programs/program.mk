# Builds BIN_x86-64 and BIN_aarch64 from SRC, and BIN, the binary of this machine's own ISA.
#
# A program's makefile sets BIN and SRC, perhaps LIBS, and includes this file. OUT names another output directory.

OUT ?= .
CFLAGS ?= -O2
CC_x86-64 ?= $(if $(filter x86_64,$(shell uname -m)),gcc,x86_64-linux-gnu-gcc)
CC_aarch64 ?= $(if $(filter aarch64,$(shell uname -m)),gcc,aarch64-linux-gnu-gcc)
NATIVE := $(patsubst x86_64,x86-64,$(shell uname -m))

# Static and at a fixed address, so that it runs in any guest; no fused multiply-add, so that floating point is the same.
FLAGS := -static -no-pie -std=gnu17 -Wall -Wextra -Werror -ffp-contract=off

all: $(OUT)/$(BIN)

$(OUT)/$(BIN)_%: $(SRC) | $(OUT)
	$(CC_$*) $(FLAGS) $(CFLAGS) -o $@ $(SRC) $(LIBS)

$(OUT)/$(BIN): $(OUT)/$(BIN)_x86-64 $(OUT)/$(BIN)_aarch64
	cp $(OUT)/$(BIN)_$(NATIVE) $@

$(OUT):
	mkdir -p $@

clean:
	rm -f $(OUT)/$(BIN) $(OUT)/$(BIN)_x86-64 $(OUT)/$(BIN)_aarch64

.PHONY: all clean
