; A declaration gets the name of the function for double, for calls and addresses; a definition keeps its own.
; RUN: %opt -passes=multiisa-name-long-double-functions -S %s | FileCheck %s

; CHECK: @table = global ptr @cos
;
; CHECK-LABEL: define double @f(double %x)
; CHECK-NEXT: %r = call double @sin(double %x)
; CHECK-NEXT: ret double %r
;
; CHECK-LABEL: define double @frexpl(double %x, ptr %e)
; CHECK-NEXT: ret double %x
;
; CHECK: declare double @sin(double)
; CHECK: declare double @cos(double)

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

@table = global ptr @cosl

define double @f(double %x) {
  %r = call double @sinl(double %x)
  ret double %r
}

define double @frexpl(double %x, ptr %e) {
  ret double %x
}

declare double @sinl(double)
declare double @cosl(double)
