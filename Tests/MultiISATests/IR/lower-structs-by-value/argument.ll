; The caller copies, and both sides see a pointer. A struct that is returned is written through one.
; RUN: %opt -passes=multiisa-lower-structs-by-value -S %s | FileCheck %s

; CHECK: %big = type { [3 x i64] }
;
; CHECK-LABEL: define i64 @take(ptr align 8 %b)
; CHECK-NEXT: %v = load i64, ptr %b, align 8
; CHECK-NEXT: ret i64 %v
;
; CHECK-LABEL: define void @make(ptr %out)
; CHECK-NEXT: store i64 1, ptr %out, align 8
; CHECK-NEXT: ret void
;
; CHECK-LABEL: define i64 @f(ptr %b)
; CHECK-NEXT: %byval = alloca %big, align 8
; CHECK-NEXT: call void @make(ptr %b)
; CHECK-NEXT: call void @llvm.memcpy.p0.p0.i64(ptr align 8 %byval, ptr align 8 %b, i64 24, i1 false)
; CHECK-NEXT: %r = call i64 @take(ptr align 8 %byval)
; CHECK-NEXT: ret i64 %r

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

%big = type { [3 x i64] }

define i64 @take(ptr byval(%big) align 8 %b) {
  %v = load i64, ptr %b
  ret i64 %v
}

define void @make(ptr sret(%big) %out) {
  store i64 1, ptr %out
  ret void
}

define i64 @f(ptr %b) {
  call void @make(ptr sret(%big) %b)
  %r = call i64 @take(ptr byval(%big) align 8 %b)
  ret i64 %r
}
