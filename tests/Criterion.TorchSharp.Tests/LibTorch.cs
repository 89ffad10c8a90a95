using System.Runtime.CompilerServices;
using TorchSharp;

namespace Criterion.TorchSharp.Tests;

/// <summary>Whether LibTorch's native library loads on this machine.</summary>
static class LibTorch
{
    /// <summary>The reason why it does not load, or null.</summary>
    public static string? Failure { get; } = Load();

    /// <summary>The devices of this machine on which tests run.</summary>
    public static IEnumerable<string> Devices =>
        Failure is null && torch.cuda_is_available() ? ["cpu", "cuda"] : ["cpu"];

    static string? Load()
    {
        try
        {
            using torch.Tensor one = torch.ones(1);
            return null;
        }
        catch (Exception error) when (error is NotSupportedException or TypeInitializationException or DllNotFoundException)
        {
            return $"LibTorch does not load: {error.GetBaseException().Message} "
                + "On Linux with an older libstdc++, run bench/enable-torchsharp.sh on the folder of the tests.";
        }
    }
}

/// <summary>A test that needs LibTorch.</summary>
sealed class TorchFactAttribute : FactAttribute
{
    public TorchFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = LibTorch.Failure;
}

/// <summary>A test with data that needs LibTorch.</summary>
sealed class TorchTheoryAttribute : TheoryAttribute
{
    public TorchTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = LibTorch.Failure;
}
