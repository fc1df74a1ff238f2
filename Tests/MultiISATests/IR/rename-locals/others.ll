; A function of that name that all files see stays, and so does any other name.
; RUN: %opt -passes=multiisa-rename-locals -S %s | FileCheck %s

; CHECK: define double @round(double %x)
; CHECK: define internal double @rounded(double %x)
; CHECK: declare double @floor(double)

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define double @round(double %x) {
  ret double %x
}

define internal double @rounded(double %x) {
  ret double %x
}

declare double @floor(double)
