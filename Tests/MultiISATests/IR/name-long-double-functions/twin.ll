; Where the function for double is declared already, both become one. A static function of that name gives way.
; RUN: %opt -passes=multiisa-name-long-double-functions -S %s | FileCheck %s

; CHECK-LABEL: define internal double @floor.local(double %x)
; CHECK-NEXT: ret double %x
;
; CHECK-LABEL: define double @f(double %x)
; CHECK-NEXT: %a = call double @floor.local(double %x)
; CHECK-NEXT: %b = call double @floor(double %a)
; CHECK-NEXT: %c = call double @sin(double %b)
; CHECK-NEXT: %d = call double @sin(double %c)
; CHECK-NEXT: ret double %d
;
; CHECK: declare double @floor(double)
; CHECK: declare double @sin(double)

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define internal double @floor(double %x) {
  ret double %x
}

define double @f(double %x) {
  %a = call double @floor(double %x)
  %b = call double @floorl(double %a)
  %c = call double @sin(double %b)
  %d = call double @sinl(double %c)
  ret double %d
}

declare double @floorl(double)
declare double @sin(double)
declare double @sinl(double)
