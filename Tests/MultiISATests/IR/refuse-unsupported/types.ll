; Types whose size or passing differs are refused, inside of others too, once for each function and reason.
; RUN: %opt -passes=multiisa-refuse-unsupported -disable-output %s 2>&1 | FileCheck %s

; CHECK: refusal: in 'wide': __float128 is not the same on every ISA: use double
; CHECK-NEXT: refusal: in 'f': a long double of 80 bits exists on x86-64 only: compile it with popcorn-cc
; CHECK-NEXT: refusal: in 'f': _Float16 and __bf16 are passed differently by each ISA: use float
; CHECK-NEXT: refusal: in 'any': a variadic function without a fixed parameter
; CHECK-NOT: {{.}}

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

%pair = type { i32, x86_fp80 }

@wide = global fp128 0xL00000000000000000000000000000000

define void @f() {
  %p = alloca %pair
  %q = alloca [4 x half]
  ret void
}

define double @plain(double %x) {
  ret double %x
}

define i32 @any(...) {
  ret i32 0
}
