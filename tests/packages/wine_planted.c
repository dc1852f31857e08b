/* A library that leaves a mark when somebody loads it: the file C:\planted-NAME, where NAME is its own file's name. */
#include <windows.h>

BOOL WINAPI DllMain(HINSTANCE self, DWORD why, LPVOID reserved)
{
    wchar_t path[MAX_PATH], mark[MAX_PATH + 16];
    (void)reserved;
    if (why == DLL_PROCESS_ATTACH && GetModuleFileNameW(self, path, MAX_PATH)) {
        const wchar_t *name = path;
        for (const wchar_t *each = path; *each; each++)
            if (*each == L'\\')
                name = each + 1;
        lstrcpyW(mark, L"C:\\planted-");
        lstrcatW(mark, name);
        CloseHandle(CreateFileW(mark, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
    }
    return TRUE;
}
