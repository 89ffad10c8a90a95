using System.Runtime.InteropServices;

namespace Criterion.Kernels;

/// <summary>
/// Asks Linux to lay large buffers out in pages of 2 MB. A core looks up far fewer of them than of the usual 4 KB, and reads ahead
/// across their borders. Only a hint: elsewhere, and where it is refused, nothing changes but the speed.
/// </summary>
internal static unsafe partial class LargePages
{
    const nuint PageBytes = 2 << 20;
    const int AdviseHugePages = 14;

    /// <summary>Asks for the whole pages inside of a buffer, if there are any.</summary>
    public static void Suggest(void* start, nuint bytes)
    {
        nuint first = ((nuint)start + (PageBytes - 1)) & ~(PageBytes - 1);
        nuint end = ((nuint)start + bytes) & ~(PageBytes - 1);
        if (OperatingSystem.IsLinux() && first < end)
        {
            _ = Advise(first, end - first, AdviseHugePages);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nuint address, nuint length, int advice);
}
