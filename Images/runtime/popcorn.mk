# The shared makefile for small programs, in the manner of Popcorn's examples:
#
#   BIN  = hello
#   SRC  = hello.c
#   LIBS = -lm
#   include $(shell popcorn-lab sdk)
#
# builds hello_x86-64, hello_aarch64 and hello.
#
# POPCORN_LAB, if it is set, names the popcorn-lab to ask for the compiler that came with it; CC on the command line
# overrides that.

POPCORN_LAB ?= popcorn-lab
CC := $(or $(shell $(POPCORN_LAB) sdk --compiler 2>/dev/null),popcorn-cc)
CFLAGS ?= -O2 -Wall
SRC ?= $(BIN).c
OBJ := $(SRC:.c=.o)

.PHONY: all clean
.DEFAULT_GOAL := all

all: $(BIN)

$(BIN): $(OBJ)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(OBJ) $(LIBS)

%.o: %.c
	$(CC) $(CFLAGS) $(CPPFLAGS) -MMD -MP -c -o $@ $<

-include $(OBJ:.o=.d)

clean:
	$(RM) $(OBJ) $(OBJ:.o=.d) $(BIN) $(BIN)_x86-64 $(BIN)_aarch64
