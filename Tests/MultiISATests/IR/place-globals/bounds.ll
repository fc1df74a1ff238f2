; The bounds of a section of the program's own are refused: there is no such section in the end.
; RUN: %opt -passes=multiisa-place-globals -disable-output %s 2>&1 | FileCheck %s

; CHECK: refusal: in '__start_mine': the bounds of a section of your own: variables lie in the sections of their kind
; CHECK-NOT: {{.}}

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

@__start_mine = external global i8
@own = global i32 1, section "mine"

define ptr @f() {
  ret ptr @__start_mine
}
