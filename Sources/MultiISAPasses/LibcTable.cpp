//===- LibcTable.cpp - What becomes of each libc function in a program that moves ===//
//
// docs/compiler.md prints this table; a test compares both, and another that every function of libc.a is in it.
//
//===----------------------------------------------------------------------===//
#include "LibcTable.h"
#include "MultiISAPasses.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;

namespace multiisa {
namespace {

constexpr LibcKind Safe = LibcKind::Safe, Wrapped = LibcKind::Wrapped, Module = LibcKind::Module,
                   Callback = LibcKind::Callback, NodeLocal = LibcKind::NodeLocal, Double = LibcKind::Double,
                   Refused = LibcKind::Refused;

const LibcRow Table[] = {
    // Memory.
    {Safe, "malloc calloc realloc reallocarray free aligned_alloc memalign posix_memalign valloc malloc_usable_size",
     "the runtime's allocator, in shared memory"},
    {Safe, "mem* bcmp bcopy bzero explicit_bzero swab ffs ffsl ffsll", ""},
    {Wrapped, "mmap munmap mremap madvise",
     "private memory and private copies of files move; while there are other mappings, nothing moves"},
    {Safe, "posix_madvise msync mincore mlock mlock2 mlockall munlock munlockall membarrier",
     "concerns the pages that are at this node"},
    {NodeLocal, "mmap64 mprotect remap_file_pages", "changes a mapping of this node only"},
    {Refused, "brk sbrk", "the program's heap is the runtime's"},
    // Strings and characters.
    {Safe, "str* stp* index rindex a64l l64a toascii tolower* toupper* is* wc* wmem* btowc "
           "mb* c16rtomb c32rtomb tow* fnmatch regcomp regexec regfree regerror wordexp wordfree",
     ""},
    {Safe, "strdup strndup wcsdup", "the copy lies in shared memory"},
    {Wrapped, "strerror strsignal strerror_l hstrerror gai_strerror basename dirname ctermid",
     "the text lies in memory that moves"},
    {Module, "strtok", "its position moves with the program"},
    {Safe, "wcstok strtok_r", ""},
    {Module, "qsort qsort_r bsearch lsearch lfind", "the comparison may move"},
    {Module, "tsearch tfind tdelete twalk tdestroy hcreate hsearch hdestroy insque remque",
     "the tree or table moves with the program"},
    {Refused, "hcreate_r hsearch_r hdestroy_r", "their table would belong to one node: use hcreate and hsearch"},
    // Numbers.
    {Safe, "abs labs llabs imaxabs div ldiv lldiv imaxdiv ato* ecvt fcvt gcvt", ""},
    {Module, "rand srand random srandom initstate setstate drand48 erand48 jrand48 lcong48 lrand48 mrand48 nrand48 "
             "seed48 srand48",
     "the generator's state moves with the program"},
    {Safe, "rand_r", ""},
    {Safe, "acos acosf acosh acoshf asin asinf asinh asinhf atan atan2 atan2f atanf atanh atanhf cbrt cbrtf ceil ceilf "
           "copysign copysignf cos cosf cosh coshf drem dremf erf erfc erfcf erff exp exp10 exp10f exp2 exp2f expf "
           "expm1 expm1f fabs fabsf fdim fdimf finite finitef floor floorf fma fmaf fmax fmaxf fmin fminf fmod fmodf "
           "frexp frexpf hypot hypotf ilogb ilogbf j0 j0f j1 j1f jn jnf ldexp ldexpf lgamma lgamma_r lgammaf lgammaf_r "
           "llrint llrintf llround llroundf log log10 log10f log1p log1pf log2 log2f logb logbf logf lrint lrintf "
           "lround lroundf modf modff nan nanf nearbyint nearbyintf nextafter nextafterf pow pow10 pow10f powf "
           "remainder remainderf remquo remquof rint rintf round roundf scalb scalbf scalbln scalblnf scalbn scalbnf "
           "significand significandf sin sincos sincosf sinf sinh sinhf sqrt sqrtf tan tanf tanh tanhf tgamma tgammaf "
           "trunc truncf y0 y0f y1 y1f yn ynf signgam",
     "each node's libc computes them; the last bit of what is not exact, as sqrt and fma are, may differ by ISA"},
    {Safe, "cabs cacos cacosh carg casin casinh catan catanh ccos ccosh cexp cimag clog conj cpow cproj creal csin "
           "csinh csqrt ctan ctanh",
     ""},
    {Refused,
     "cabsf cacosf cacoshf cargf casinf casinhf catanf catanhf ccosf ccoshf cexpf cimagf clogf conjf cpowf "
     "cprojf crealf csinf csinhf csqrtf ctanf ctanhf",
     "float _Complex is passed differently by each ISA: use the double function"},
    {Double,
     "acoshl acosl asinhl asinl atan2l atanhl atanl cabsl cacoshl cacosl cargl casinhl casinl catanhl catanl cbrtl "
     "ccoshl ccosl ceill cexpl cimagl clogl conjl copysignl coshl cosl cpowl cprojl creall csinhl csinl csqrtl ctanhl "
     "ctanl erfcl erfl exp10l exp2l expl expm1l fabsl fdiml floorl fmal fmaxl fminl fmodl frexpl hypotl ilogbl ldexpl "
     "lgammal lgammal_r llrintl llroundl log10l log1pl log2l logbl logl lrintl lroundl modfl nanl nearbyintl "
     "nextafterl nexttoward nexttowardl pow10l powl remainderl remquol rintl roundl scalblnl scalbnl sincosl sinhl "
     "sinl sqrtl strtold strtold_l wcstold tanhl tanl tgammal truncl __fpclassifyl __signbitl",
     "long double is double: `sinl` is `sin`, `strtold` is `strtod`, `nexttoward` is `nextafter`"},
    {Module, "nexttowardf", "long double is double"},
    {Refused,
     "feclearexcept fedisableexcept feenableexcept fegetenv fegetexcept fegetexceptflag fegetround feholdexcept "
     "feraiseexcept fesetenv fesetexceptflag fesetround fetestexcept feupdateenv",
     "the floating-point environment belongs to the processor, and its constants differ by ISA"},
    // Streams.
    {Safe, "clearerr* feof ferror feof_unlocked ferror_unlocked fflush* fgetc* fgetln fgetpos* fgets* fgetwc* fgetws* "
           "fileno* flockfile fpurge fputc* fputs* fputwc* fputws* fread* fseek* fsetpos* ftell* ftrylockfile "
           "funlockfile fwide fwrite* getc* getchar* getdelim getline gets getw* perror putc* putchar* puts putw* "
           "rewind setbuf setbuffer setlinebuf setvbuf ungetc ungetwc",
     "buffers are shared memory"},
    {Safe, "printf fprintf sprintf snprintf dprintf asprintf wprintf fwprintf swprintf scanf fscanf sscanf wscanf "
           "fwscanf swscanf err errx warn warnx syslog openlog closelog setlogmask psignal psiginfo fmtmsg",
     ""},
    {Wrapped, "vprintf vfprintf vsprintf vsnprintf vdprintf vasprintf vscanf vfscanf vsscanf vwprintf vfwprintf "
              "vswprintf vwscanf vfwscanf vswscanf verr verrx vwarn vwarnx vsyslog",
     "va_list differs by ISA"},
    {Safe, "fopen* fdopen freopen* fclose tmpfile*", "a stream is the same one on every node"},
    {Module, "popen", "the child process is the origin's: the thread goes there and comes back"},
    {Safe, "pclose opendir fdopendir closedir", ""},
    {NodeLocal, "fmemopen open_memstream open_wmemstream fopencookie",
     "a stream of memory or of own functions: no hop until it is closed"},
    {Safe, "setmntent getmntent getmntent_r endmntent addmntent hasmntopt", "the result moves with the program"},
    {Safe, "readdir readdir64 readdir_r readdir64_r rewinddir seekdir telldir dirfd", ""},
    {Safe, "remove rename renameat tempnam tmpnam mktemp mkstemp* mkostemp* mkdtemp", ""},
    // Files by descriptor.
    {Safe, "read write readv writev pread* pwrite* lseek* close posix_close dup dup2 dup3 fsync fdatasync sync syncfs "
           "sync_file_range ftruncate* truncate* fallocate* posix_fallocate* posix_fadvise* readahead access eaccess "
           "euidaccess faccessat chdir fchdir chmod fchmod fchmodat lchmod chown fchown fchownat lchown link linkat "
           "symlink symlinkat readlink readlinkat unlink unlinkat mkdir mkdirat rmdir mkfifo mkfifoat mknod mknodat "
           "getcwd get_current_dir_name realpath umask utime utimes utimensat futimens futimes futimesat lutimes "
           "pathconf fpathconf flock lockf* copy_file_range sendfile* pipe poll ppoll select pselect isatty ttyname "
           "ttyname_r tc* cf* getxattr lgetxattr fgetxattr setxattr lsetxattr fsetxattr listxattr llistxattr "
           "flistxattr removexattr lremovexattr fremovexattr getdents* splice tee vmsplice isastream",
     "descriptors belong to the origin"},
    {Wrapped, "open open64 openat openat64 creat creat64 fcntl", "flags differ by ISA"},
    {Wrapped, "stat stat64 lstat lstat64 fstat fstat64 fstatat fstatat64", "struct stat differs by ISA"},
    {Safe, "statfs* fstatfs* statvfs* fstatvfs*", ""},
    {Safe, "ioctl pipe2 eventfd eventfd_read eventfd_write timerfd_create timerfd_settime timerfd_gettime inotify_init "
           "inotify_init1 inotify_add_watch inotify_rm_watch epoll_create epoll_create1 memfd_create socket socketpair "
           "bind listen accept accept4 connect shutdown send sendto sendmsg recv recvfrom recvmsg getsockname "
           "getpeername getsockopt setsockopt sockatmark",
     "descriptors belong to the origin"},
    {Wrapped, "epoll_ctl epoll_wait epoll_pwait", "struct epoll_event differs by ISA"},
    {NodeLocal, "signalfd fanotify_* epoll_* sendmmsg recvmmsg", "works at the origin only"},
    {Module, "ftw nftw", "what it calls may move"},
    {Refused, "ftw64 nftw64", "their struct stat is libc's: use ftw and nftw"},
    {Callback, "scandir scandir64 glob glob64", ""},
    {Safe, "globfree globfree64 alphasort alphasort64 versionsort versionsort64", ""},
    {NodeLocal, "fts_*", "holds open directories"},
    // Time.
    {Safe, "time times clock clock_gettime clock_getres clock_settime clock_nanosleep clock_getcpuclockid "
           "clock_adjtime gettimeofday settimeofday adjtime adjtimex stime ftime timespec_get nanosleep sleep usleep "
           "difftime timegm asctime_r ctime_r gmtime_r strftime* wcsftime* strptime getitimer thrd_sleep",
     "clocks are the node's own"},
    {Safe, "timezone daylight tzname", "move with the program, and the files of time zones too"},
    {Wrapped, "tzset localtime_r mktime", "the names of zones lie in memory that moves"},
    {Module, "asctime ctime gmtime localtime", "the result moves with the program"},
    {Safe, "getdate getdate_err", "the result moves with the program"},
    {NodeLocal, "alarm ualarm setitimer timer_*", "a timer of this node"},
    // Processes and signals.
    {Safe, "getpid getppid gettid getuid geteuid getgid getegid getresuid getresgid getgroups getpgid getpgrp getsid "
           "setuid seteuid setgid setegid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid setpgid "
           "setpgrp setsid initgroups getgrouplist issetugid",
     ""},
    {Wrapped, "_exit _Exit", "the exit code reaches the origin"},
    {Module, "exit atexit quick_exit at_quick_exit", "handlers move with the program, and run once"},
    {Safe, "abort", ""},
    {Module, "fork vfork system execve execv execvpe execvp execl execlp execle",
     "child processes are the origin's: the thread goes there and comes back; a child of fork does not move"},
    {Safe, "wait wait3 wait4 waitid waitpid", ""},
    {NodeLocal, "forkpty daemon fexecve posix_spawn*", "child processes can be made at the origin only"},
    {Refused, "clone ptrace unshare setns personality", "it changes the process under the runtime"},
    {Wrapped, "signal sigaction bsd_signal", "a handler runs on a shadow stack of its own, and never moves"},
    {Safe, "kill killpg", "process ids are the origin's"},
    {Safe, "raise sigaddset sigandset sigdelset sigemptyset sigfillset sigisemptyset sigismember sigorset sigpending "
           "sigprocmask pthread_sigmask pause sigpause sigsuspend sigwait sigwaitinfo sigtimedwait sigqueue sighold "
           "sigignore sigrelse siginterrupt",
     "signal masks are the node's own"},
    {Refused, "sigset", "use sigaction"},
    {Wrapped, "sigaltstack", "is remembered: handlers have stacks of their own"},
    {Safe, "setjmp _setjmp sigsetjmp __sigsetjmp", "notes the frame in which it is called, which moves with the program"},
    {Wrapped, "longjmp _longjmp siglongjmp", "resumes the thread in that frame, whatever node it is on"},
    {Refused, "syscall", "system call numbers differ by ISA: use the libc function"},
    {Refused, "arch_prctl ioperm iopl", "x86 only"},
    {Safe, "getrlimit* setrlimit* prlimit* getrusage getpriority setpriority nice ulimit sched_* getauxval sysconf "
           "confstr getpagesize getdtablesize get_nprocs get_nprocs_conf get_phys_pages get_avphys_pages getloadavg "
           "sysinfo uname gethostname gethostid getdomainname",
     "the answer is that of the node"},
    {NodeLocal, "prctl capget capset acct chroot mount umount umount2 swapon swapoff reboot sethostname setdomainname "
                "pivot_root quotactl init_module delete_module klogctl vhangup process_vm_* name_to_handle_at "
                "open_by_handle_at",
     "changes this node or this process only"},
    // Environment and options.
    {Module, "getenv secure_getenv setenv putenv unsetenv clearenv", "the environment moves with the program"},
    {Safe, "environ program_invocation_name program_invocation_short_name", "move with the program"},
    {Module, "getopt getopt_long getopt_long_only optarg optind opterr optopt optreset",
     "the position in argv moves with the program"},
    {Safe, "getsubopt", ""},
    {Safe, "stdin stdout stderr", "at equal addresses in both binaries"},
    // Threads.
    {Wrapped, "pthread_create pthread_join pthread_detach pthread_self pthread_exit pthread_equal pthread_timedjoin_np "
              "pthread_tryjoin_np thrd_create thrd_join thrd_detach thrd_current thrd_equal thrd_exit",
     "a thread is its control block in shared memory"},
    {Wrapped, "pthread_mutex_* pthread_cond_* pthread_barrier_* pthread_rwlock_* pthread_spin_* pthread_once "
              "pthread_key_* pthread_getspecific pthread_setspecific sem_init sem_destroy sem_wait sem_trywait "
              "sem_timedwait sem_post sem_getvalue mtx_* cnd_* call_once tss_*",
     "works between nodes"},
    {Refused, "pthread_mutex_getprioceiling pthread_mutex_setprioceiling pthread_mutex_consistent",
     "robust and priority-inheriting mutexes need one kernel"},
    {Safe, "pthread_attr_* pthread_mutexattr_* pthread_condattr_* pthread_barrierattr_* pthread_rwlockattr_*", ""},
    {Safe, "thrd_yield pthread_getconcurrency pthread_setconcurrency pthread_getattr_default_np "
           "pthread_setattr_default_np",
     ""},
    {Wrapped, "pthread_cancel pthread_testcancel pthread_setcancelstate pthread_setcanceltype _pthread_cleanup_push "
              "_pthread_cleanup_pop",
     "a thread ends at cancellation points, wherever it is"},
    {Wrapped, "pthread_kill", "a handler runs at the origin"},
    {Wrapped, "pthread_getname_np pthread_setname_np pthread_getaffinity_np pthread_setaffinity_np",
     "in effect wherever the thread is"},
    {Module, "pthread_atfork", "handlers move with the program"},
    {Refused, "pthread_getattr_np pthread_getcpuclockid pthread_getschedparam pthread_setschedparam "
              "pthread_setschedprio",
     "needs the node's own thread"},
    {NodeLocal, "sem_open sem_close sem_unlink shm_* shmat shmctl shmdt shmget semctl semget semop semtimedop msg* mq_* "
                "aio_* lio_*",
     "a kernel object of this node"},
    // Locale, users, names.
    {Wrapped, "setlocale", "the locale moves with the program"},
    {Safe, "newlocale duplocale freelocale", "a locale lies in memory that moves"},
    {NodeLocal, "uselocale", "the thread's locale is in effect on this node only"},
    {Wrapped, "localeconv nl_langinfo nl_langinfo_l gettext dgettext dcgettext dngettext ngettext dcngettext textdomain "
              "bindtextdomain bind_textdomain_codeset",
     "the result lies in memory that moves; catalogs of messages are this node's"},
    {Safe, "strfmon*", ""},
    {Safe, "iconv iconv_open iconv_close catopen catgets catclose", "a handle means the same on every node"},
    {NodeLocal, "cat* dl* dladdr", "a handle of this node's libc"},
    {Safe, "getpw* getgr* getsp* setpwent endpwent setgrent endgrent setspent endspent fgetpwent fgetgrent fgetspent "
           "putpwent putgrent putspent lckpwdf ulckpwdf getlogin getlogin_r cuserid getpass getusershell setusershell "
           "endusershell",
     "the files are the origin's, and the result moves with the program"},
    {NodeLocal, "getut* setut* endut* put* pututline pututxline updwtmp* utmp* login_tty",
     "the result is this node's, and belongs to its libc"},
    {Refused, "crypt crypt_r encrypt setkey", "Debian builds musl without it"},
    {Safe, "getproto* setprotoent endprotoent ether_* inet_ntoa h_errno herror",
     "the result moves with the program"},
    {Wrapped, "getservbyname getservbyport", "the result moves with the program"},
    {NodeLocal, "gethostby* gethostent sethostent endhostent getnet* setnetent endnetent getserv* setservent endservent "
                "getaddrinfo freeaddrinfo getnameinfo getifaddrs freeifaddrs if_* res_* dn_* ns_*",
     "names are looked up by this node's libc"},
    {Safe, "inet_addr inet_aton inet_lnaof inet_makeaddr inet_netof inet_network inet_ntop inet_pton hton* ntoh* "
           "in6addr_*",
     ""},
    {Safe, "getrandom getentropy ftok", ""},
    {NodeLocal, "openpty posix_openpt grantpt unlockpt ptsname ptsname_r", "a terminal of this node"},
};

struct Index {
  StringMap<const LibcRow *> Exact;
  StringMap<const LibcRow *> Prefixes;

  Index() {
    for (const LibcRow &Row : Table) {
      SmallVector<StringRef, 64> Names;
      Row.Names.split(Names, ' ', -1, false);
      for (StringRef Name : Names) {
        // The first row that names a function counts.
        if (Name.consume_back("*"))
          Prefixes.try_emplace(Name, &Row);
        else
          Exact.try_emplace(Name, &Row);
      }
    }
  }
};

} // namespace

ArrayRef<LibcRow> libcTable() { return Table; }

const LibcRow *findLibcRow(StringRef Name) {
  // Once renamed, a wrapped function is still that function.
  Name.consume_front("__popcorn_");
  static const Index I;
  if (auto Found = I.Exact.find(Name); Found != I.Exact.end())
    return Found->second;
  for (StringRef Prefix = Name; !Prefix.empty(); Prefix = Prefix.drop_back())
    if (auto Found = I.Prefixes.find(Prefix); Found != I.Prefixes.end())
      return Found->second;
  return nullptr;
}

StringRef libcKindName(LibcKind Kind) {
  switch (Kind) {
  case LibcKind::Safe:
    return "safe";
  case LibcKind::Wrapped:
    return "wrapped";
  case LibcKind::Module:
    return "module";
  case LibcKind::Callback:
    return "callback";
  case LibcKind::NodeLocal:
    return "node-local";
  case LibcKind::Double:
    return "double";
  case LibcKind::Refused:
    return "refused";
  }
  return "";
}

StringRef libcDoubleName(StringRef Name) {
  return StringSwitch<StringRef>(Name)
      .Case("lgammal_r", "lgamma_r")
      .Case("strtold", "strtod")
      .Case("strtold_l", "strtod_l")
      .Case("wcstold", "wcstod")
      .Cases("nexttoward", "nexttowardl", "nextafter")
      .Default(Name.drop_back());
}

} // namespace multiisa

const char *multiISALibcClass(const char *Name, const char **Note) {
  const multiisa::LibcRow *Row = multiisa::findLibcRow(Name);
  *Note = Row ? Row->Note.data() : "";
  return Row ? multiisa::libcKindName(Row->Kind).data() : nullptr;
}

void multiISAVisitLibcTable(void (*Visit)(void *, const char *, const char *, const char *), void *Context) {
  for (const multiisa::LibcRow &Row : multiisa::libcTable()) {
    SmallVector<StringRef, 64> Names;
    Row.Names.split(Names, ' ', -1, false);
    for (StringRef Name : Names)
      Visit(Context, Name.str().c_str(), multiisa::libcKindName(Row.Kind).data(), Row.Note.data());
  }
}
