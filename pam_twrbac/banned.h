/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_BANNED_H
#define TWR_BANNED_H

/*
 * Put before every file of this folder by the Makefile. These functions have
 * no bound, keep hidden state, or hand control to the environment or a shell
 * (strerror: its language and its catalogues are the caller's); none belongs
 * in a process that decides about access. The headers that declare them come
 * first, so that only calls of ours meet the macros. That no other road leads
 * to them (a pointer, a macro), .ci/check-form proves on the object files.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TWR_BANNED(name) twr_function_##name##_is_banned

#undef strcpy
#define strcpy(...) TWR_BANNED(strcpy)
#undef strcat
#define strcat(...) TWR_BANNED(strcat)
#undef strncpy
#define strncpy(...) TWR_BANNED(strncpy)
#undef strncat
#define strncat(...) TWR_BANNED(strncat)
#undef sprintf
#define sprintf(...) TWR_BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) TWR_BANNED(vsprintf)
#undef strtok
#define strtok(...) TWR_BANNED(strtok)
#undef gets
#define gets(...) TWR_BANNED(gets)
#undef atoi
#define atoi(...) TWR_BANNED(atoi)
#undef sscanf
#define sscanf(...) TWR_BANNED(sscanf)
#undef localtime
#define localtime(...) TWR_BANNED(localtime)
#undef gmtime
#define gmtime(...) TWR_BANNED(gmtime)
#undef ctime
#define ctime(...) TWR_BANNED(ctime)
#undef tmpnam
#define tmpnam(...) TWR_BANNED(tmpnam)
#undef mktemp
#define mktemp(...) TWR_BANNED(mktemp)
#undef system
#define system(...) TWR_BANNED(system)
#undef popen
#define popen(...) TWR_BANNED(popen)
#undef strerror
#define strerror(...) TWR_BANNED(strerror)
#undef getenv
#define getenv(...) TWR_BANNED(getenv)

#endif
