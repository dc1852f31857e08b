/* holdfast.exe and holdfastw.exe: find the version in use and run its Python inside this very process.

   The one is for the command line, the other (compiled with -mwindows) for the Start menu. Both read the file `current`
   beside them: its first line names the folder below `versions`, its second the Python library in that folder. So an
   upgrade takes effect by replacing one small file.

   Nothing is loaded from the current folder, from the search path or from beside this file: the program itself needs
   only libraries that Windows takes from its own folder (kernel32, user32, msvcrt), everything else is loaded
   by its full path or from System32. Variables that would lead Qt or OpenSSL to other files are taken away. */

#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0A00
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#define ROOM 4096
#define CODE L"import sys; sys.frozen = True; from ui.commands.main import main; sys.exit(main())"
#define LEFT_OUT 3 /* exit code where the installation is not whole; 0, 1 and 2 belong to the program */

static const wchar_t *const FORGOTTEN[] = {
    L"QT_PLUGIN_PATH", L"QT_QPA_PLATFORM_PLUGIN_PATH", L"QT_CONF", L"OPENSSL_CONF", L"OPENSSL_CONF_INCLUDE",
    L"OPENSSL_MODULES", L"OPENSSL_ENGINES", L"SSLKEYLOGFILE",
};

/* Loaded first and by full path, so that no older copy in System32 takes the place of the one that Qt was built with. */
static const wchar_t *const RUNTIME[] = {
    L"vcruntime140.dll", L"vcruntime140_1.dll", L"msvcp140.dll", L"msvcp140_1.dll", L"msvcp140_2.dll",
};

static int refuse(const wchar_t *what)
{
    wchar_t text[ROOM + 512];
    swprintf(text, ROOM + 512,
             L"Holdfast cannot start: %ls.\n\nYour vaults and all that is in them are untouched.\n\n"
             L"Ask your administrator to install Holdfast again.",
             what);
#ifdef WINDOW
    MessageBoxW(NULL, text, L"Holdfast", MB_ICONERROR | MB_OK);
#else
    fwprintf(stderr, L"%ls\n", text);
#endif
    return LEFT_OUT;
}

/* A line of `current`: letters, digits, point, plus, minus, underscore; nothing that could lead out of the folder. */
static int is_plain(const char *line)
{
    size_t length = strlen(line);
    if (length == 0 || length > 100 || line[0] == '.')
        return 0;
    return strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.+-_") == length;
}

/* Read `current`: 1 if both lines are there and plain. */
static int read_current(const wchar_t *folder, char *version, char *library)
{
    wchar_t path[ROOM];
    char text[256] = {0};
    DWORD got = 0;
    swprintf(path, ROOM, L"%ls\\current", folder);
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return 0;
    BOOL whole = ReadFile(file, text, sizeof text - 1, &got, NULL);
    CloseHandle(file);
    if (!whole || sscanf(text, "%100s %100s", version, library) != 2)
        return 0;
    return is_plain(version) && is_plain(library);
}

/* Prefer System32 to the folder of this program for whatever is named without a path; take no code from a network
   share or from a place that a sandboxed program could have written. Windows that do not know it go without. */
static void trust_system_first(void)
{
    PROCESS_MITIGATION_IMAGE_LOAD_POLICY policy = {0};
    policy.NoRemoteImages = 1;
    policy.NoLowMandatoryLabelImages = 1;
    policy.PreferSystem32Images = 1;
    SetProcessMitigationPolicy(ProcessImageLoadPolicy, &policy, sizeof policy);
}

static int run(int count, wchar_t **given)
{
    wchar_t folder[ROOM], home[ROOM], path[ROOM], program[ROOM];
    char version[128] = {0}, library[128] = {0};

    SetDllDirectoryW(L"");
    if (!SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32 | LOAD_LIBRARY_SEARCH_USER_DIRS))
        return refuse(L"this Windows is too old");
    for (size_t each = 0; each < sizeof FORGOTTEN / sizeof *FORGOTTEN; each++)
        SetEnvironmentVariableW(FORGOTTEN[each], NULL);

    DWORD length = GetModuleFileNameW(NULL, program, ROOM);
    if (length == 0 || length >= ROOM - 300)
        return refuse(L"the path of its folder is too long");
    wcscpy(folder, program);
    *wcsrchr(folder, L'\\') = 0;
    if (!read_current(folder, version, library))
        return refuse(L"the file that names the installed version is missing or damaged");
    swprintf(home, ROOM, L"%ls\\versions\\%hs", folder, version);

    /* Held open for as long as this process lives, and never closed: the installer takes away or replaces no version
       whose file `in-use` somebody else has open. */
    swprintf(path, ROOM, L"%ls\\in-use", home);
    if (CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL) == INVALID_HANDLE_VALUE)
        return refuse(L"a part of the installed version is missing, or it is being replaced just now");

    for (size_t each = 0; each < sizeof RUNTIME / sizeof *RUNTIME; each++) {
        swprintf(path, ROOM, L"%ls\\python\\%ls", home, RUNTIME[each]);
        LoadLibraryExW(path, NULL, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32);
    }
    trust_system_first();
    swprintf(path, ROOM, L"%ls\\python\\%hs", home, library);
    HMODULE python = LoadLibraryExW(path, NULL, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32);
    if (python == NULL)
        return refuse(L"a part of the installed version is missing or damaged");
    int (*py_main)(int, wchar_t **) = (int (*)(int, wchar_t **))(void *)GetProcAddress(python, "Py_Main");
    if (py_main == NULL)
        return refuse(L"a part of the installed version is damaged");

    /* Isolated: no variables, no user's packages; no bytecode is written; text is UTF-8 whatever the console speaks. */
    wchar_t *fixed[] = {program, L"-I", L"-B", L"-X", L"utf8", L"-c", CODE};
    int known = sizeof fixed / sizeof *fixed;
    wchar_t **all = calloc((size_t)(known + count), sizeof *all);
    if (all == NULL)
        return refuse(L"there is not enough memory");
    memcpy(all, fixed, sizeof fixed);
    for (int each = 1; each < count; each++)
        all[known + each - 1] = given[each];
    return py_main(known + count - 1, all);
}

#ifdef WINDOW
int WINAPI wWinMain(HINSTANCE instance, HINSTANCE before, PWSTR line, int show)
{
    (void)instance, (void)before, (void)line, (void)show;
    return run(__argc, __wargv);
}
#else
int wmain(int count, wchar_t **given)
{
    return run(count, given);
}
#endif
