/* An NVIDIA driver without a card: memory is the computer's, launches do nothing, and what calls it is checked.

   Every call needs a current context in its thread. A launch must not ask for more dynamic shared memory than it may, nor come
   before copies that its stream does not wait for; a pinned array must not change while it is copied. A breach is printed to
   standard error and returned as an error. FAKE_INIT, FAKE_CONTEXT, FAKE_LAUNCH: error codes; FAKE_DRIVER, FAKE_FREE, FAKE_CC:
   what the driver is for, bytes that are free, the compute capability's first number. */

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t u64;
typedef void *Pointer;
#define CALL static int
#define NEEDS_CONTEXT if (!depth) return breach("no current context in this thread", __func__, 201)

static __thread Pointer contexts[64];
static __thread int depth;
static int context;

static u64 number(const char *name, u64 otherwise) { char *found = getenv(name); return found ? strtoull(found, 0, 10) : otherwise; }
static int breach(const char *what, const char *where, int code) { fprintf(stderr, "BREACH: %s: %s\n", where, what); return code; }

/* What has been handed to the card, in order. */
static u64 now, handles = 0x1000, allocated;
u64 most_allocated;
static struct { u64 seen; u64 waited; } streams[1 << 16], events[1 << 16];  /* by handle */
static struct { const unsigned char *from; size_t size; u64 at, sum; Pointer stream; } copies[64];
static int allowed[1 << 16]; /* dynamic shared memory of kernels */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static u64 sum(const unsigned char *from, size_t size) { u64 total = 7; while (size--) total = total * 31 + *from++; return total; }
static Pointer new_handle(void) { return (Pointer)(handles++); }

static int done_until(u64 at, const char *where) {
    int result = 0;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < 64; i++)
        if (copies[i].size && copies[i].at <= at) {
            if (sum(copies[i].from, copies[i].size) != copies[i].sum) result = breach("a pinned array changed while it was copied", where, 999);
            copies[i].size = 0;
        }
    pthread_mutex_unlock(&lock);
    return result;
}

CALL f_cuInit(unsigned flags) { return number("FAKE_INIT", 0); }
CALL f_cuDriverGetVersion(int *version) { *version = number("FAKE_DRIVER", 12090); return 0; }
CALL f_cuGetErrorName(int code, const char **name) { *name = "CUDA_ERROR"; return 0; }
CALL f_cuGetErrorString(int code, const char **text) { *text = "the card's words"; return 0; }
CALL f_cuDeviceGetCount(int *count) { *count = 1; return 0; }
CALL f_cuDeviceGet(int *device, int n) { *device = n; return 0; }
CALL f_cuDeviceGetName(char *name, int size, int device) { strncpy(name, "Fake GPU", size); return 0; }
CALL f_cuDeviceGetUuid(char *id, int device) { memset(id, 1, 16); return 0; }
CALL f_cuDeviceGetAttribute(int *value, int attribute, int device) {
    *value = attribute == 75 ? number("FAKE_CC", 9) : attribute == 76 ? 0 : attribute == 16 ? 132 : attribute == 97 ? 232448 : attribute <= 10 ? 1024 : 1;
    return 0;
}
CALL f_cuDevicePrimaryCtxRetain(Pointer *found, int device) { *found = &context; return number("FAKE_CONTEXT", 0); }
CALL f_cuDevicePrimaryCtxRelease(int device) { return 0; }
CALL f_cuCtxGetCurrent(Pointer *found) { *found = depth ? contexts[depth - 1] : 0; return 0; }
CALL f_cuCtxSetCurrent(Pointer given) { depth += !depth; contexts[depth - 1] = given; depth -= !given; return 0; }
CALL f_cuCtxPushCurrent(Pointer given) { contexts[depth++] = given; return 0; }
CALL f_cuCtxPopCurrent(Pointer *found) { NEEDS_CONTEXT; *found = contexts[--depth]; return 0; }
CALL f_cuCtxGetDevice(int *device) { NEEDS_CONTEXT; *device = 0; return 0; }
CALL f_cuCtxSynchronize(void) { NEEDS_CONTEXT; return done_until(now, __func__); }
CALL f_cuMemGetInfo(size_t *available, size_t *total) { NEEDS_CONTEXT; *available = *total = number("FAKE_FREE", 1ull << 36); return 0; }
CALL f_cuMemAlloc(u64 *pointer, size_t size) {
    NEEDS_CONTEXT;
    u64 *block = calloc(1, size + 64);
    allocated += block[0] = size;
    if (allocated > most_allocated) most_allocated = allocated;
    *pointer = (u64)(block + 8);
    return 0;
}
CALL f_cuMemFree(u64 pointer) { allocated -= ((u64 *)pointer - 8)[0]; return 0; }
CALL f_cuMemHostAlloc(Pointer *pointer, size_t size, unsigned flags) { NEEDS_CONTEXT; *pointer = calloc(1, size); return 0; }
CALL f_cuMemFreeHost(Pointer pointer) { return 0; }
CALL f_cuMemcpyHtoD(u64 to, const Pointer from, size_t size) { NEEDS_CONTEXT; memcpy((Pointer)to, from, size); return 0; }
CALL f_cuMemcpyDtoH(Pointer to, u64 from, size_t size) { NEEDS_CONTEXT; memcpy(to, (Pointer)from, size); return 0; }
CALL f_cuMemcpyDtoHAsync(Pointer to, u64 from, size_t size, Pointer stream) { return f_cuMemcpyDtoH(to, from, size); }
CALL f_cuMemcpyHtoDAsync(u64 to, const Pointer from, size_t size, Pointer stream) {
    NEEDS_CONTEXT;
    pthread_mutex_lock(&lock);
    int i = 0;
    while (copies[i].size) i++;
    copies[i].from = from, copies[i].size = size, copies[i].sum = sum(from, size), copies[i].stream = stream;
    copies[i].at = streams[(u64)stream & 0xffff].seen = ++now;
    pthread_mutex_unlock(&lock);
    return 0;
}
CALL f_cuStreamCreate(Pointer *stream, unsigned flags) { NEEDS_CONTEXT; *stream = new_handle(); return 0; }
CALL f_cuStreamDestroy(Pointer stream) { return 0; }
CALL f_cuStreamSynchronize(Pointer stream) { NEEDS_CONTEXT; return done_until(streams[(u64)stream & 0xffff].seen, __func__); }
CALL f_cuStreamWaitEvent(Pointer stream, Pointer event, unsigned flags) {
    NEEDS_CONTEXT;
    u64 *waited = &streams[(u64)stream & 0xffff].waited, seen = events[(u64)event & 0xffff].seen;
    if (*waited < seen) *waited = seen;
    return 0;
}
CALL f_cuEventCreate(Pointer *event, unsigned flags) { NEEDS_CONTEXT; *event = new_handle(); return 0; }
CALL f_cuEventDestroy(Pointer event) { return 0; }
CALL f_cuEventRecord(Pointer event, Pointer stream) { NEEDS_CONTEXT; events[(u64)event & 0xffff].seen = streams[(u64)stream & 0xffff].seen; return 0; }
CALL f_cuEventSynchronize(Pointer event) { NEEDS_CONTEXT; return done_until(events[(u64)event & 0xffff].seen, __func__); }
CALL f_cuPointerGetAttribute(Pointer value, int attribute, u64 pointer) { *(Pointer *)value = attribute == 1 ? (Pointer)&context : (Pointer)pointer; return 0; }
CALL f_cuLibraryLoadData(Pointer *library, const Pointer code, Pointer a, Pointer b, unsigned n, Pointer c, Pointer d, unsigned m) {
    NEEDS_CONTEXT;
    *library = new_handle();
    return memcmp(code, "\177ELF", 4) ? breach("what is loaded is no compiled code", __func__, 200) : 0;
}
CALL f_cuLibraryUnload(Pointer library) { return 0; }
CALL f_cuLibraryGetKernel(Pointer *kernel, Pointer library, const char *name) { *kernel = new_handle(); return 0; }
CALL f_cuKernelGetFunction(Pointer *function, Pointer kernel) { *function = kernel; return 0; }
CALL f_cuKernelGetAttribute(int *value, int attribute, Pointer kernel, int device) { *value = 1; return 0; }
CALL f_cuKernelSetAttribute(int attribute, int value, Pointer kernel, int device) { NEEDS_CONTEXT; allowed[(u64)kernel & 0xffff] = value * (attribute == 8); return 0; }
struct launch { unsigned grid[3], block[3], shared; Pointer stream; };
CALL f_cuLaunchKernelEx(struct launch *asked, Pointer kernel, Pointer *arguments, Pointer *extra) {
    static int launches;
    NEEDS_CONTEXT;
    u64 stream = (u64)asked->stream & 0xffff;
    if (asked->shared > 49152 && (int)asked->shared > allowed[(u64)kernel & 0xffff]) return breach("more shared memory than was asked for", __func__, 1);
    for (int i = 0; i < 64; i++)
        if (copies[i].size && copies[i].stream != asked->stream && copies[i].at > streams[stream].waited) return breach("a launch does not wait for a copy", __func__, 999);
    streams[stream].seen = ++now;
    return ++launches > 6 ? number("FAKE_LAUNCH", 0) : 0;
}

CALL nothing(void) { return 801; }
int cuGetProcAddress_v2(const char *name, Pointer *found, int version, u64 flags, int *status);
static struct { const char *name; Pointer call; } calls[] = {
#define IS(name) {#name, (Pointer)f_##name},
    IS(cuInit) IS(cuDriverGetVersion) IS(cuGetErrorName) IS(cuGetErrorString) IS(cuDeviceGetCount) IS(cuDeviceGet)
    IS(cuDeviceGetName) IS(cuDeviceGetUuid) IS(cuDeviceGetAttribute) IS(cuDevicePrimaryCtxRetain) IS(cuDevicePrimaryCtxRelease)
    IS(cuCtxGetCurrent) IS(cuCtxSetCurrent) IS(cuCtxPushCurrent) IS(cuCtxPopCurrent) IS(cuCtxGetDevice) IS(cuCtxSynchronize)
    IS(cuMemGetInfo) IS(cuMemAlloc) IS(cuMemFree) IS(cuMemHostAlloc) IS(cuMemFreeHost) IS(cuMemcpyHtoD) IS(cuMemcpyDtoH)
    IS(cuMemcpyDtoHAsync) IS(cuMemcpyHtoDAsync) IS(cuStreamCreate) IS(cuStreamDestroy) IS(cuStreamSynchronize)
    IS(cuStreamWaitEvent) IS(cuEventCreate) IS(cuEventDestroy) IS(cuEventRecord) IS(cuEventSynchronize)
    IS(cuPointerGetAttribute) IS(cuLibraryLoadData) IS(cuLibraryUnload) IS(cuLibraryGetKernel) IS(cuKernelGetFunction)
    IS(cuKernelGetAttribute) IS(cuKernelSetAttribute) IS(cuLaunchKernelEx)
    {"cuGetProcAddress", (Pointer)cuGetProcAddress_v2},
};
int cuGetProcAddress_v2(const char *name, Pointer *found, int version, u64 flags, int *status) {
    *found = (Pointer)nothing;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (!strcmp(name, calls[i].name)) *found = calls[i].call;
    if (status) *status = 0;
    return 0;
}
