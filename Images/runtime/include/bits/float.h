/* What musl's float.h asks for, in place of musl's own answers, which are those of one ISA: long double is double here. */
#ifdef __FLT_EVAL_METHOD__
#define FLT_EVAL_METHOD __FLT_EVAL_METHOD__
#else
#define FLT_EVAL_METHOD 0
#endif

#define LDBL_TRUE_MIN __LDBL_DENORM_MIN__
#define LDBL_MIN      __LDBL_MIN__
#define LDBL_MAX      __LDBL_MAX__
#define LDBL_EPSILON  __LDBL_EPSILON__

#define LDBL_MANT_DIG __LDBL_MANT_DIG__
#define LDBL_MIN_EXP  __LDBL_MIN_EXP__
#define LDBL_MAX_EXP  __LDBL_MAX_EXP__

#define LDBL_DIG        __LDBL_DIG__
#define LDBL_MIN_10_EXP __LDBL_MIN_10_EXP__
#define LDBL_MAX_10_EXP __LDBL_MAX_10_EXP__

#define DECIMAL_DIG __DECIMAL_DIG__
