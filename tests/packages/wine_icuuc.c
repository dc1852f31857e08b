/* Stands in for the icuuc.dll of Windows, which Wine lacks and Qt is linked against. For trials in Wine only.
   Every converter is "not there", upon which Qt goes on with those that it has itself. */

#define OUT __declspec(dllexport)
#define NOT_THERE 4 /* U_FILE_ACCESS_ERROR */

OUT void *ucnv_open(const char *name, int *error)
{
    (void)name;
    if (error)
        *error = NOT_THERE;
    return 0;
}

OUT const char *ucnv_getName(const void *converter, int *error)
{
    (void)converter;
    if (error)
        *error = NOT_THERE;
    return 0;
}

/* Never called where no converter opens. */
#define NOTHING(name) OUT long long name(void) { return 0; }
NOTHING(ucnv_close)
NOTHING(ucnv_reset)
NOTHING(ucnv_getMaxCharSize)
NOTHING(ucnv_getToUCallBack)
NOTHING(ucnv_getFromUCallBack)
NOTHING(ucnv_setToUCallBack)
NOTHING(ucnv_setFromUCallBack)
NOTHING(ucnv_cbToUWriteUChars)
NOTHING(ucnv_cbFromUWriteUChars)
NOTHING(ucnv_toUnicode)
NOTHING(ucnv_fromUnicode)
NOTHING(ucnv_toUCountPending)
NOTHING(ucnv_fromUCountPending)
NOTHING(ucnv_getStandardName)
NOTHING(ucnv_getAvailableName)
NOTHING(ucnv_countAvailable)
NOTHING(UCNV_FROM_U_CALLBACK_SUBSTITUTE)
NOTHING(UCNV_TO_U_CALLBACK_SUBSTITUTE)
