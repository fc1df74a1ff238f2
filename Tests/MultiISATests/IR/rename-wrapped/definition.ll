; The program's own function keeps its name, and a wrapper gets it once.
; RUN: %opt -passes=multiisa-rename-wrapped -S %s | FileCheck %s

; CHECK-LABEL: define i32 @open(ptr %path, i32 %flags)
; CHECK-NEXT: ret i32 -1
;
; CHECK: declare i32 @__popcorn_stat(ptr, ptr)

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define i32 @open(ptr %path, i32 %flags) {
  ret i32 -1
}

declare i32 @__popcorn_stat(ptr, ptr)
