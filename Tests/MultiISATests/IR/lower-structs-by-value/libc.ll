; A function outside of the program has its ISA's convention, which cannot be both.
; RUN: %opt -passes=multiisa-lower-structs-by-value -disable-output %s 2>&1 | FileCheck %s

; CHECK: refusal: in 'f': a struct is passed by value to outside, whose convention differs by ISA
; CHECK-NOT: {{.}}

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

%big = type { [3 x i64] }

define void @f(ptr %b) {
  call void @outside(ptr byval(%big) %b)
  ret void
}

declare void @outside(ptr byval(%big))
