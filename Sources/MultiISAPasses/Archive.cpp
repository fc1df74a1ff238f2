//===- Archive.cpp - Archives of objects, as LLVM's tools read them ---------------===//
//
// Reports members and index of an archive to Swift, for which LLVM's C interface has nothing.
//
//===------------------------------------------------------------------------------===//

#include "MultiISAPasses.h"

#include "llvm-c/Core.h"
#include "llvm/Object/Archive.h"

using namespace llvm;

/// What is wrong, for the caller to free; null for success.
static char *message(Error Failure) {
  return Failure ? LLVMCreateMessage(toString(std::move(Failure)).c_str()) : nullptr;
}

static Error visitMembers(const object::Archive &Archive, MultiISAMemberVisitor Visit, void *Context) {
  Error Damage = Error::success();
  for (const object::Archive::Child &Child : Archive.children(Damage)) {
    Expected<StringRef> Name = Child.getName();
    if (!Name)
      return joinErrors(std::move(Damage), Name.takeError());
    Expected<StringRef> Content = Child.getBuffer();
    if (!Content)
      return joinErrors(std::move(Damage), createStringError("member " + *Name + ": " + toString(Content.takeError())));
    Visit(Context, Name->str().c_str(), Content->data(), Content->size());
  }
  return Damage;
}

char *multiISAVisitArchive(const char *Bytes, size_t Size, const char *Path, MultiISAMemberVisitor Visit,
                           void *Context) {
  auto Archive = object::Archive::create(MemoryBufferRef(StringRef(Bytes, Size), Path));
  return message(Archive ? visitMembers(**Archive, Visit, Context) : Archive.takeError());
}

char *multiISAVisitArchiveIndex(const char *Bytes, size_t Size, const char *Path, void (*Visit)(void *, const char *),
                                void *Context) {
  auto Archive = object::Archive::create(MemoryBufferRef(StringRef(Bytes, Size), Path));
  if (!Archive)
    return message(Archive.takeError());
  if (!(*Archive)->hasSymbolTable())
    return message(createStringError("the archive has no index"));
  for (const object::Archive::Symbol &Symbol : (*Archive)->symbols())
    Visit(Context, Symbol.getName().str().c_str());
  return nullptr;
}
