; Each kind of variable has a section, and an alignment that both ISAs keep.
; RUN: %opt -passes=multiisa-place-globals -S %s | FileCheck %s

; CHECK: @constant = internal constant [3 x i8] c"ab\00", section ".popcorn.rodata", align 1
; CHECK: @zero = internal global i32 0, section ".bss.popcorn", align 4
; CHECK: @set = dso_local global i64 1, section ".popcorn.data", align 8
; CHECK: @elsewhere = external dso_local global i32

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

@constant = private unnamed_addr constant [3 x i8] c"ab\00"
@zero = common global i32 0
@set = global i64 1
@elsewhere = external global i32
