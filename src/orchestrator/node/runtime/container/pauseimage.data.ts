/**
 * A program that does nothing but wait, as an executable of Linux for each architecture that Node.js runs on, in hexadecimal: the header of
 * an ELF file (64 bytes), that of its one segment (56 bytes), its code, and a struct sigaction of the kernel (32 bytes). Where the containers
 * of a pod share its processes it is the first of them: SIGCHLD is ignored, so that the kernel itself buries what others leave (wait(2)). Then
 * a loop around one system call. It asks for no file beside it.
 */
export const PAUSE_PROGRAMS: Readonly<Record<string, string>> = {
  // mov eax, 13 (rt_sigaction); mov edi, 17 (SIGCHLD); mov esi, the struct; xor edx, edx; mov r10d, 8; syscall
  // mov eax, 34 (pause); syscall; jmp back
  // SIG_IGN; no flags, restorer and mask
  x64: `
    7f454c460201010000000000000000000200 3e00 01000000 7800400000000000 4000000000000000 0000000000000000 00000000
    4000 3800 0100 0000 0000 0000
    01000000 05000000 0000000000000000 0000400000000000 0000400000000000 ba00000000000000 ba00000000000000 0010000000000000
    b80d000000 bf11000000 be9a004000 31d2 41ba08000000 0f05
    b822000000 0f05 ebf7
    0100000000000000 000000000000000000000000000000000000000000000000`,
  // mov x8, 134 (rt_sigaction); mov x0, 17 (SIGCHLD); adr x1, the struct; mov x2, 0; mov x3, 8; svc 0
  // mov x0..x3, 0; mov x8, 73 (ppoll); svc 0; b back
  // SIG_IGN; no flags, restorer and mask
  arm64: `
    7f454c460201010000000000000000000200 b700 01000000 7800400000000000 4000000000000000 0000000000000000 00000000
    4000 3800 0100 0000 0000 0000
    01000000 05000000 0000000000000000 0000400000000000 0000400000000000 cc00000000000000 cc00000000000000 0010000000000000
    c81080d2 200280d2 61010010 020080d2 030180d2 010000d4
    000080d2 010080d2 020080d2 030080d2 280980d2 010000d4 faffff17
    0100000000000000 000000000000000000000000000000000000000000000000`,
};
