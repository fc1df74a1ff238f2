// The example of docs/compiler.md, from C to resumable frames. The test compares this function with the one that stands there.
// RUN: clang-19 -target x86_64-linux-musl -O2 -S -emit-llvm %s -o - | %opt -S -passes='multiisa-drop-target-attributes,multiisa-make-program-entry,multiisa-insert-migration-checks<entry>,multiisa-make-frames-resumable' | FileCheck %s

struct tree { struct tree *left, *right; int value; };

int depth(struct tree *t) {
    if (!t) return 0;
    int l = depth(t->left), r = depth(t->right);
    return 1 + (l > r ? l : r);
}

int main(int argc, char **argv) { return depth((struct tree *)argv); }

// CHECK: define internal {{.*}}i32 @depth(ptr nest noundef align 16 [[FP:%.+]], ptr noundef {{.*}}[[T:%.+]])
// CHECK: load volatile i32, ptr @__popcorn_flag
// CHECK: store i32 1, ptr
// CHECK: [[AT8:%.+]] = getelementptr inbounds i8, ptr [[FP]], i64 8
// CHECK-NEXT: store ptr [[T]], ptr [[AT8]]
// CHECK: call void @__popcorn_check(
// CHECK: [[TOP:%.+]] = getelementptr inbounds i8, ptr [[FP]], i64 32
// CHECK: store i32 2, ptr
// CHECK: [[AT8:%.+]] = getelementptr inbounds i8, ptr [[FP]], i64 8
// CHECK-NEXT: store ptr [[T]], ptr [[AT8]]
// CHECK-NEXT: [[L:%.+]] = {{.*}}call i32 @depth(ptr nest [[TOP]],
// CHECK: store i32 3, ptr
// CHECK: [[AT16:%.+]] = getelementptr inbounds i8, ptr [[FP]], i64 16
// CHECK-NEXT: store i32 [[L]], ptr [[AT16]]
// CHECK-NEXT: call i32 @depth(
//
// CHECK: define internal {{.*}}i32 @depth.resume(ptr nest noundef align 16 [[FP:%.+]])
// CHECK: switch i32 {{%.+}}, label %trap [
// CHECK-NEXT: i32 1, label %[[FIRST:.+]]
// CHECK-NEXT: i32 2, label %[[SECOND:.+]]
// CHECK-NEXT: i32 3, label %[[THIRD:.+]]
// CHECK: [[FIRST]]:
// CHECK: load ptr, ptr
// CHECK: call void @__popcorn_arrived(
// CHECK: [[SECOND]]:
// CHECK: load ptr, ptr
// CHECK: call i32 @depth.resume(
// CHECK: [[THIRD]]:
// CHECK: load i32, ptr
// CHECK: call i32 @depth.resume(
