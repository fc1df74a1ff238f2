/* What a case on kernels with another message layer may do, by the first
 * argument (Images/kernel/test/legacy). */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int tell(const char *text) {
  int hop = open("/proc/legacy_hop", O_WRONLY);

  return hop < 0 || write(hop, text, strlen(text)) != (ssize_t)strlen(text);
}

int main(int count, char **arguments) {
  const char *what = count > 1 ? arguments[1] : "";

  if (tell(what[0] ? "0" : "5"))
    return 1;
  /* Long enough for something to happen to the wire meanwhile. */
  if (!strcmp(what, "long"))
    for (time_t end = time(NULL) + 3; time(NULL) < end;)
      if (tell("1"))
        return 1;
  if (strcmp(what, "trouble")) {
    puts("back");
    return 3;
  }
  /* All that can be wrong at once: a complaint, a process that stays, and no
   * end. */
  if (tell("warn"))
    return 1;
  if (!fork()) {
    setsid();
    for (int i = 0; i < 3; i++)
      close(i);
  }
  for (;;)
    pause();
}
