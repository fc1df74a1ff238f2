; A static function with the name of a function that the code generator calls gets another.
; RUN: %opt -passes=multiisa-rename-locals -S %s | FileCheck %s

; CHECK-LABEL: define internal double @round.local(double %x)
; CHECK-NEXT: ret double %x
;
; CHECK-LABEL: define double @f(double %x)
; CHECK-NEXT: %r = call double @round.local(double %x)
; CHECK-NEXT: ret double %r

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define internal double @round(double %x) {
  ret double %x
}

define double @f(double %x) {
  %r = call double @round(double %x)
  ret double %r
}
