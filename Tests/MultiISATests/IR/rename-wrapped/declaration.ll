; A wrapped function is called by its wrapper's name, and pointed to; others are not.
; RUN: %opt -passes=multiisa-rename-wrapped -S %s | FileCheck %s

; CHECK: @table = global ptr @__popcorn_open
;
; CHECK-LABEL: define i32 @f(ptr %path)
; CHECK-NEXT: %r = call i32 (ptr, i32, ...) @__popcorn_open(ptr %path, i32 0)
; CHECK-NEXT: ret i32 %r
;
; CHECK: declare i32 @__popcorn_open(ptr, i32, ...)
; CHECK: declare i64 @read(i32, ptr, i64)

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

@table = global ptr @open

define i32 @f(ptr %path) {
  %r = call i32 (ptr, i32, ...) @open(ptr %path, i32 0)
  ret i32 %r
}

declare i32 @open(ptr, i32, ...)
declare i64 @read(i32, ptr, i64)
