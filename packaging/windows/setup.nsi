; The installer for Windows: per machine, silent with /S, old or new at every moment, vaults never touched.
;
; What lies on the laptop afterwards, below Program Files\Holdfast:
;   holdfast.exe, holdfastw.exe   find the version in use and run it (launcher.c)
;   current                       names that version; replacing this one file is what an upgrade is
;   versions\NAME                 one whole version; NAME is version and build
;   policy                        templates for group policy
;   uninstall.exe, setup.log
;
; Exit codes are those of Windows Installer, so that deployment tools understand them; packaging/README.md lists them.
; Given on the command line of makensis: OUT, LAUNCHERS, POLICY, VERSION, NUMBERS,
; FOLDER, LIBRARY, COMPILER, KILOBYTES, LICENCE and, to sign, SIGN.

Unicode true
Target amd64-unicode
!include LogicLib.nsh
!include FileFunc.nsh
!include WordFunc.nsh
!include WinVer.nsh

!define PRODUCT "Holdfast"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${PRODUCT}"
!define PATHS "Software\Microsoft\Windows\CurrentVersion\App Paths"
!define EVENTS "SYSTEM\CurrentControlSet\Services\EventLog\Application\${PRODUCT} Setup"
!define OLDEST_WINDOWS 17763 ; Windows 10 of October 2018

; exit codes
!define FULL 112          ; not enough room on the disk
!define CANCELLED 1602
!define FAILED 1603       ; something else; nothing changed
!define BUSY 1618         ; another installation is running, or what is to be removed is in use
!define TOO_OLD 1633      ; Windows older than Qt can run on
!define NEWER_THERE 1638  ; a newer version is installed; /DOWNGRADE puts this one in its place
!define WRONG_USAGE 1639
!define RESTART 3010      ; done; the start files take effect after a restart

Name "${PRODUCT} ${VERSION}"
OutFile "${OUT}"
InstallDir "$PROGRAMFILES64\${PRODUCT}"
RequestExecutionLevel admin
ManifestDPIAware true
ManifestSupportedOS Win10
SetCompressor /SOLID /FINAL lzma
SetDateSave on
SetOverwrite on
AllowSkipFiles off
CRCCheck force
BrandingText " "
VIProductVersion "${NUMBERS}"
VIAddVersionKey ProductName "${PRODUCT}"
VIAddVersionKey FileDescription "${PRODUCT} installer"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey LegalCopyright "Apache-2.0"
!ifdef SIGN
!finalize '${SIGN} "%1"' = 0
!uninstfinalize '${SIGN} "%1"' = 0
!endif

LicenseText "${PRODUCT} is installed for everybody on this computer. Vaults that are already here stay as they are." "Install"
LicenseData "${LICENCE}"
Page license
Page instfiles
UninstPage uninstConfirm
UninstPage instfiles
UninstallText "${PRODUCT} is removed from this computer. Vaults stay where they are, with all that is in them."

Var Code    ; the exit code that a failure will have
Var Said    ; what is written down about it
Var Room    ; kilobytes

; -- telling: the event log of Windows, setup.log beside the program, and the exit code

!macro Telling un
Function ${un}Note ; writes $Said into setup.log; a log that cannot be written stops nothing
  ClearErrors
  FileOpen $0 "$INSTDIR\setup.log" a
  IfErrors done
  FileSeek $0 0 END
  ${GetTime} "" "L" $1 $2 $3 $4 $5 $6 $7
  FileWriteUTF16LE $0 "$3-$2-$1 $5:$6:$7  ${VERSION}  $Said$\r$\n"
  FileClose $0
done:
  ClearErrors
FunctionEnd

Function ${un}Event ; writes $Said into the log of Windows as event $Code; 0 and 3010 as event 1
  WriteRegExpandStr HKLM "${EVENTS}" "EventMessageFile" "%SystemRoot%\System32\EventCreate.exe"
  WriteRegDWORD HKLM "${EVENTS}" "TypesSupported" 7
  StrCpy $1 1 ; error
  StrCpy $2 $Code
  ${If} $Code == 0
  ${OrIf} $Code == ${RESTART}
    StrCpy $1 4 ; information
    StrCpy $2 1
  ${EndIf}
  ${If} $2 >= 1000
    IntOp $2 $2 - 1000 ; the message file knows numbers up to 1000: 1603 becomes 603
  ${EndIf}
  System::Call 'advapi32::RegisterEventSourceW(p 0, w "${PRODUCT} Setup") p .r3'
  ${If} $3 P<> 0
    System::Call '*(w "${PRODUCT} ${VERSION}: $Said Exit code $Code.") p .r4'
    System::Call 'advapi32::ReportEventW(p r3, i r1, i 0, i r2, p 0, i 1, i 0, p r4, p 0)'
    System::Call 'advapi32::DeregisterEventSource(p r3)'
    System::Free $4
  ${EndIf}
  ClearErrors
FunctionEnd

Function ${un}Fail ; ends with $Code after telling $Said
  Call ${un}Note
  Call ${un}Event
  ${IfNot} ${Silent}
    MessageBox MB_ICONEXCLAMATION|MB_OK "$Said$\r$\n$\r$\nNothing on this computer was changed, and no vault was touched. (Code $Code)"
  ${EndIf}
  SetErrorLevel $Code
  Quit
FunctionEnd

Function ${un}Alone ; one installer at a time
  System::Call 'kernel32::CreateMutexW(p 0, i 1, w "Global\${PRODUCT}-setup") p .r0 ?e'
  Pop $1
  ${If} $1 == 183 ; ERROR_ALREADY_EXISTS
    StrCpy $Code ${BUSY}
    StrCpy $Said "Another installation of ${PRODUCT} is running."
    Call ${un}Fail
  ${EndIf}
FunctionEnd
!macroend
!insertmacro Telling ""
!insertmacro Telling "un."

; Puts 1 into $R0 where a program runs from the version folder $R1: it holds the file `in-use` open for as long.
!macro Asking un
Function ${un}Ask
  StrCpy $R0 0
  ${If} ${FileExists} "$R1\in-use"
    System::Call 'kernel32::CreateFileW(w "$R1\in-use", i 0x80000000, i 0, p 0, i 3, i 0, p 0) p .r9'
    ${If} $9 P= -1
      StrCpy $R0 1
    ${Else}
      System::Call 'kernel32::CloseHandle(p r9)'
    ${EndIf}
  ${EndIf}
  ClearErrors
FunctionEnd
!macroend
!insertmacro Asking ""
!insertmacro Asking "un."

!macro Fail code said
  StrCpy $Code ${code}
  StrCpy $Said "${said}"
  Call Fail
!macroend

; -- before

Function .onInit
  SetRegView 64
  SetShellVarContext all
  ; Anywhere else, whoever may write there could put files of their own beside the program.
  ${If} $INSTDIR != "$PROGRAMFILES64\${PRODUCT}"
    StrCpy $INSTDIR "$PROGRAMFILES64\${PRODUCT}"
    !insertmacro Fail ${WRONG_USAGE} "${PRODUCT} is installed below Program Files and nowhere else."
  ${EndIf}
  ${IfNot} ${AtLeastBuild} ${OLDEST_WINDOWS}
    !insertmacro Fail ${TOO_OLD} "This Windows is too old: Windows 10 of October 2018 or later is needed."
  ${EndIf}
  Call Alone
  ReadRegStr $0 HKLM "${UNINSTALL}" "DisplayVersion"
  ${If} $0 != ""
    ${VersionCompare} $0 "${VERSION}" $1
    ${If} $1 == 1
      ${GetParameters} $2
      ClearErrors
      ${GetOptions} $2 "/DOWNGRADE" $3
      ${If} ${Errors}
        !insertmacro Fail ${NEWER_THERE} "The newer version $0 is installed. /DOWNGRADE puts ${VERSION} in its place."
      ${EndIf}
    ${EndIf}
  ${EndIf}
  ; Twice the size: the version before stays until this one is whole.
  ${GetRoot} "$INSTDIR" $0
  ${DriveSpace} "$0\" "/D=F /S=K" $Room
  IntOp $1 ${KILOBYTES} + ${KILOBYTES}
  ${If} $Room < $1
    !insertmacro Fail ${FULL} "There is not enough room: $1 KB are needed on $0, $Room KB are free."
  ${EndIf}
  ClearErrors
FunctionEnd

Function .onUserAbort
  SetErrorLevel ${CANCELLED}
FunctionEnd

Function .onInstFailed ; a file could not be written: the part that is there goes, the version before stands
  RMDir /r "$INSTDIR\versions\${FOLDER}.part"
  !insertmacro Fail ${FAILED} "A file could not be written."
FunctionEnd

; Put $0 in the place of $1 at once. Where $1 is running, it is put aside and goes at the next start of Windows.
Function PutInPlace
  System::Call 'kernel32::MoveFileExW(w r0, w r1, i 9) i .r2' ; replace existing, write through
  ${If} $2 == 0
    GetTempFileName $3 "$INSTDIR"
    Delete "$3"
    ClearErrors
    Rename "$1" "$3"
    Rename "$0" "$1"
    ${If} ${Errors}
      Rename "$3" "$1"
      RMDir /r "$INSTDIR\versions\${FOLDER}.part"
      !insertmacro Fail ${FAILED} "$1 could not be replaced."
    ${EndIf}
    Delete /REBOOTOK "$3"
    StrCpy $Code ${RESTART}
  ${EndIf}
FunctionEnd

; -- installing

Section
  StrCpy $Code 0
  CreateDirectory "$INSTDIR\versions"
  RMDir /r "$INSTDIR\versions\gone.tmp"
  RMDir /r "$INSTDIR\versions\${FOLDER}.part"

  !include "files.nsh" ; every file of the version, into versions\FOLDER.part

  ; Bytecode is made here, once, for everybody: officers cannot write below Program Files.
  StrCpy $R1 "$INSTDIR\versions\${FOLDER}.part"
  SetOutPath "$INSTDIR"
  nsExec::Exec '"$R1\python\${COMPILER}" -I -B "$R1\prepare.py" "$R1"'
  Pop $0
  ${If} $0 != 0
    RMDir /r "$INSTDIR\versions\${FOLDER}.part"
    !insertmacro Fail ${FAILED} "The program's files could not be prepared ($0)."
  ${EndIf}
  Delete "$R1\python\${COMPILER}"
  Delete "$R1\prepare.py"

  ; The same build once more, as a repair: what is there makes room, unless an officer works in it.
  ClearErrors
  ${If} ${FileExists} "$INSTDIR\versions\${FOLDER}\*.*"
    StrCpy $R1 "$INSTDIR\versions\${FOLDER}"
    Call Ask
    ${If} $R0 == 0
      Rename "$R1" "$INSTDIR\versions\gone.tmp"
    ${EndIf}
    ${If} $R0 == 1
    ${OrIf} ${Errors}
      RMDir /r "$INSTDIR\versions\${FOLDER}.part"
      !insertmacro Fail ${BUSY} "${PRODUCT} is open. Close it, then install again."
    ${EndIf}
  ${EndIf}
  ClearErrors
  Rename "$INSTDIR\versions\${FOLDER}.part" "$INSTDIR\versions\${FOLDER}"
  ${If} ${Errors}
    Rename "$INSTDIR\versions\gone.tmp" "$INSTDIR\versions\${FOLDER}"
    RMDir /r "$INSTDIR\versions\${FOLDER}.part"
    !insertmacro Fail ${FAILED} "The new version could not be put in place."
  ${EndIf}

  ; All of it on the disk before anything points to it.
  ${GetRoot} "$INSTDIR" $0
  System::Call 'kernel32::CreateFileW(w "\\.\$0", i 0x40000000, i 3, p 0, i 3, i 0, p 0) p .r1'
  ${If} $1 P<> -1
    System::Call 'kernel32::FlushFileBuffers(p r1)'
    System::Call 'kernel32::CloseHandle(p r1)'
  ${EndIf}

  File "/oname=$INSTDIR\holdfast.exe.new" "${LAUNCHERS}/holdfast.exe"
  StrCpy $0 "$INSTDIR\holdfast.exe.new"
  StrCpy $1 "$INSTDIR\holdfast.exe"
  Call PutInPlace
  File "/oname=$INSTDIR\holdfastw.exe.new" "${LAUNCHERS}/holdfastw.exe"
  StrCpy $0 "$INSTDIR\holdfastw.exe.new"
  StrCpy $1 "$INSTDIR\holdfastw.exe"
  Call PutInPlace

  FileOpen $0 "$INSTDIR\current.new" w
  FileWrite $0 "${FOLDER}$\r$\n${LIBRARY}$\r$\n"
  FileClose $0
  StrCpy $0 "$INSTDIR\current.new"
  StrCpy $1 "$INSTDIR\current"
  Call PutInPlace
  ; From here on the new version is what starts.

  SetOutPath "$INSTDIR\policy"
  File "${POLICY}/holdfast.admx"
  SetOutPath "$INSTDIR\policy\en-US"
  File "${POLICY}/en-US/holdfast.adml"
  SetOutPath "$INSTDIR"

  CreateShortCut "$SMPROGRAMS\${PRODUCT}.lnk" "$INSTDIR\holdfastw.exe"
  WriteRegStr HKLM "${PATHS}\holdfast.exe" "" "$INSTDIR\holdfast.exe"
  WriteRegStr HKLM "${PATHS}\holdfastw.exe" "" "$INSTDIR\holdfastw.exe"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr HKLM "${UNINSTALL}" "DisplayName" "${PRODUCT}"
  WriteRegStr HKLM "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKLM "${UNINSTALL}" "DisplayIcon" "$INSTDIR\holdfastw.exe"
  WriteRegStr HKLM "${UNINSTALL}" "Publisher" "${PRODUCT}"
  WriteRegStr HKLM "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKLM "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKLM "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S _?=$INSTDIR'
  WriteRegDWORD HKLM "${UNINSTALL}" "EstimatedSize" ${KILOBYTES}
  WriteRegDWORD HKLM "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKLM "${UNINSTALL}" "NoRepair" 1

  ; Versions before this one go, unless an officer still works in one: then the next installation takes it away.
  RMDir /r "$INSTDIR\versions\gone.tmp"
  FindFirst $0 $1 "$INSTDIR\versions\*.*"
  ${DoWhile} $1 != ""
    ${If} $1 != "."
    ${AndIf} $1 != ".."
    ${AndIf} $1 != "${FOLDER}"
      StrCpy $R1 "$INSTDIR\versions\$1"
      Call Ask
      ${If} $R0 == 0
        Rename "$R1" "$INSTDIR\versions\gone.tmp"
        RMDir /r "$INSTDIR\versions\gone.tmp"
      ${EndIf}
    ${EndIf}
    FindNext $0 $1
  ${Loop}
  FindClose $0

  StrCpy $Said "Installed."
  Call Note
  Call Event
  SetErrorLevel $Code
SectionEnd

; -- removing

Function un.onInit
  SetRegView 64
  SetShellVarContext all
  ${If} $INSTDIR != "$PROGRAMFILES64\${PRODUCT}"
    StrCpy $Code ${WRONG_USAGE}
    StrCpy $Said "The uninstaller removes ${PRODUCT} from below Program Files and nothing else."
    Call un.Fail
  ${EndIf}
  Call un.Alone
FunctionEnd

Function un.onUserAbort
  SetErrorLevel ${CANCELLED}
FunctionEnd

Section "Uninstall"
  StrCpy $Code 0
  ; Everything or nothing: nothing goes while an officer works in any version.
  FindFirst $0 $1 "$INSTDIR\versions\*.*"
  ${DoWhile} $1 != ""
    StrCpy $R1 "$INSTDIR\versions\$1"
    Call un.Ask
    ${If} $R0 == 1
      FindClose $0
      StrCpy $Code ${BUSY}
      StrCpy $Said "${PRODUCT} is open. Close it, then remove it again."
      Call un.Fail
    ${EndIf}
    FindNext $0 $1
  ${Loop}
  FindClose $0
  Delete "$INSTDIR\current" ; from here on nothing starts
  RMDir /r "$INSTDIR\versions"
  Delete /REBOOTOK "$INSTDIR\holdfast.exe"
  Delete /REBOOTOK "$INSTDIR\holdfastw.exe"
  Delete "$INSTDIR\*.tmp"
  Delete "$INSTDIR\*.new"
  RMDir /r "$INSTDIR\policy"
  Delete "$SMPROGRAMS\${PRODUCT}.lnk"
  DeleteRegKey HKLM "${PATHS}\holdfast.exe"
  DeleteRegKey HKLM "${PATHS}\holdfastw.exe"
  DeleteRegKey HKLM "${UNINSTALL}"
  StrCpy $Said "Removed. Vaults stay where they are."
  Call un.Event
  Delete "$INSTDIR\setup.log"
  ; Started with _?= (so that who deploys learns the exit code) it runs from where it lies and stays there alone.
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  SetErrorLevel 0
SectionEnd
