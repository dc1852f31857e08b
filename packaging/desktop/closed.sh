# Never under an officer's hands: a program whose files are exchanged while it runs would break at the next page.
holdfast_is_closed() {
    for link in /proc/[0-9]*/exe; do
        if [ "$(readlink "$link" 2>/dev/null)" = /opt/holdfast/program/holdfast ]; then
            echo "Holdfast is open on this computer. Nothing was changed: close it, then do this again." >&2
            return 1
        fi
    done
}
