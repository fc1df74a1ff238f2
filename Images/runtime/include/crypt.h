/* musl's crypt.h, which Debian leaves out of musl-dev: the functions are in libc all the same. */
#ifndef POPCORN_CRYPT_H
#define POPCORN_CRYPT_H

#ifdef __cplusplus
extern "C" {
#endif

struct crypt_data {
	int initialized;
	char __buf[256];
};

char *crypt(const char *key, const char *salt);
char *crypt_r(const char *key, const char *salt, struct crypt_data *data);

#ifdef __cplusplus
}
#endif

#endif
