/* The starter of the packaged program: empties the environment of what could bring foreign code or settings into it,
   then becomes the program in the folder beside it.

   It is linked without any library and without the C runtime, so that nothing can be put before it: the system's
   loader, which obeys LD_PRELOAD and LD_LIBRARY_PATH, is not called until those are gone. Built for x86-64 Linux by
   gcc -static -nostdlib; see artefacts/desktop.py. */

#define SYS_write 1
#define SYS_execve 59
#define SYS_exit 60
#define SYS_readlink 89
#define ENOENT 2

#define LONGEST 4096
static const char PROGRAM[] = "/program/holdfast";

/* Whatever begins with one of these is dropped, unless it is one of KEPT. */
static const char *const DROPPED[] = {
    "LD_",      "PYTHON",    "_PYI_",   "_MEIPASS", "PYINSTALLER", "QT_",         "QML",      "QSG_",       "GTK_",
    "GIO_",     "GCONV_",    "LOCPATH", "NLSPATH",  "MALLOC_",     "GLIBC_",      "FREETYPE", "FONTCONFIG", "OPENSSL_",
    "SSL_CERT", "SSLKEYLOG", "LIBGL_D", "MESA_",    "GALLIUM_",    "VK_",         "EGL_",     "__EGL",      "__GL",
    "XLOCALE",  "XKB_",      "TZDIR",   "CUPS_DATA", "RES_OPTIONS", "HOSTALIASES", "LOCALDOMAIN"};

static const char *const KEPT[] = {
    "QT_QPA_PLATFORM=",     "QT_SCALE_FACTOR=",   "QT_SCREEN_SCALE_FACTORS=",
    "QT_ENABLE_HIGHDPI_SCALING=", "QT_FONT_DPI=", "QT_IM_MODULE=",
    "QT_ACCESSIBILITY=",    "QT_LINUX_ACCESSIBILITY_ALWAYS_ON="};

static long call(long number, long a, long b, long c) {
    long answer;
    __asm__ volatile("syscall" : "=a"(answer) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return answer;
}

static int begins(const char *text, const char *with) {
    while (*with)
        if (*text++ != *with++) return 0;
    return 1;
}

static int is_dropped(const char *variable) {
    for (unsigned i = 0; i < sizeof KEPT / sizeof *KEPT; i++)
        if (begins(variable, KEPT[i])) return 0;
    for (unsigned i = 0; i < sizeof DROPPED / sizeof *DROPPED; i++)
        if (begins(variable, DROPPED[i])) return 1;
    return 0;
}

static void fail(const char *says, long length) {
    call(SYS_write, 2, (long)says, length);
    call(SYS_exit, 127, 0, 0);
}

#define FAIL(says) fail(says, sizeof says - 1)

/* `stack` is what the kernel puts there: the count, the arguments, 0, the environment, 0. */
void launch(long *stack) {
    static char program[LONGEST + sizeof PROGRAM];
    char **arguments = (char **)(stack + 1), **environment = arguments + stack[0] + 1;
    long length = call(SYS_readlink, (long)"/proc/self/exe", (long)program, LONGEST);
    if (length <= 0 || length == LONGEST) FAIL("holdfast: the program's folder was not found\n");
    while (length > 0 && program[length - 1] != '/') length--;
    length--;
    for (unsigned i = 0; i < sizeof PROGRAM; i++) program[length + i] = PROGRAM[i];
    char **to = environment;
    for (char **from = environment; *from; from++)
        if (!is_dropped(*from)) *to++ = *from;
    *to = 0;
    arguments[0] = program;
    if (call(SYS_execve, (long)program, (long)arguments, (long)environment) == -ENOENT)
        FAIL("holdfast: the program is not there: install the package again\n");
    FAIL("holdfast: the program could not be started: install the package again\n");
}

/* The kernel jumps here with the stack pointer at the count of arguments. */
__asm__(".globl _start\n_start:\n    xor %rbp, %rbp\n    mov %rsp, %rdi\n    and $-16, %rsp\n    call launch\n");
