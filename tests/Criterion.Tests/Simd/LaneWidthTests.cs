using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics;
using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Tests.Simd;

/// <summary>
/// Processors without AVX-512 or AVX2 take narrower registers. The runtime can be told to do without them, but only when it
/// starts: the same numbers are computed in processes of their own and compared.
/// </summary>
public class LaneWidthTests
{
    const string Variable = "CRITERION_TEST_LANES";

    public static TheoryData<int, string[]> Limits => new()
    {
        { 256, ["DOTNET_EnableAVX512", "DOTNET_EnableAVX512F"] },
        { 128, ["DOTNET_EnableAVX", "DOTNET_EnableAVX2"] },
    };

    /// <summary>What a limited process runs: it writes its numbers to a file.</summary>
    [Fact]
    public void Writes_its_numbers_when_asked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path)
        {
            IEnumerable<string> numbers = Numbers().Select(static x => x.ToString("R", CultureInfo.InvariantCulture));
            File.WriteAllLines(path, [Widest().ToString(CultureInfo.InvariantCulture), .. numbers]);
        }
    }

    [Theory]
    [MemberData(nameof(Limits), DisableDiscoveryEnumeration = true)]
    public void Narrower_registers_run_and_give_the_same_within_rounding(int width, string[] switches)
    {
        string path = Path.GetTempFileName();
        try
        {
            Run(path, switches);
            string[] lines = File.ReadAllLines(path);
            double[] actual = [.. lines.Skip(1).Select(static line => double.Parse(line, CultureInfo.InvariantCulture))];
            Assert.Equal(Math.Min(width, Widest()), int.Parse(lines[0], CultureInfo.InvariantCulture));
            double[] expected = Numbers();
            Assert.Equal(expected.Length, actual.Length);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.Equal(expected[i], actual[i], 1e-4 * Math.Max(1, Math.Abs(expected[i])));
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    static void Run(string path, string[] switches)
    {
        string method = $"*{nameof(Writes_its_numbers_when_asked)}";
        ProcessStartInfo start = new("dotnet", [typeof(LaneWidthTests).Assembly.Location, "--filter-method", method])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[Variable] = path;
        foreach (string name in switches)
        {
            start.Environment[name] = "0";
        }

        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
    }

    static int Widest() => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>A value and a gradient of every driver and kernel, at sizes that leave remainders.</summary>
    static double[] Numbers()
    {
        Tensor x = Learned(1, [5, 7, 9, 11]);
        Tensor y = Tensor.Rand(x.Shape, random: new RandomStream(2));
        Tensor weight = Learned(3, [6, 7, 3, 3]);
        Tensor many = Learned(6, [2, 32, 9, 8]);
        Tensor kernels = Learned(7, [40, 32, 3, 3]);
        Tensor rows = Learned(4, [13, 33]);
        Tensor other = Tensor.Randn(rows.Shape, random: new RandomStream(5));
        Tensor tall = Learned(8, [67, 13]);
        BatchNorm2d norm = new(7);
        return
        [
            .. Both(new BCEWithLogitsLoss().Forward(x, y), x), .. Both(new MSELoss().Forward(x, y), x),
            .. Both(new CosineSimilarityLoss().Forward(rows, other), rows), .. Both(rows.MatMul(other.Transpose()).Pow(2).Mean(), rows),
            .. Both(tall.MatMul(other).Pow(2).Mean(), tall),
            .. Both(x.Conv2d(weight, null, 2, 1).Pow(2).Mean(), weight), .. Both(x.Conv2d(weight, null, 1, 1).Pow(2).Mean(), x),
            .. Both(many.Conv2d(kernels, null, 1, 1).Pow(2).Mean(), many), .. Both(many.Conv2d(kernels, null, 1, 1).Pow(2).Mean(), kernels),
            .. Both((norm.Forward(x) * y).Mean(), x), .. Both(x.Tanh().Mean() + x.Exp().Mean() + x.Erf().Mean() + x.Sigmoid().Mean(), x),
        ];
    }

    static Tensor Learned(ulong seed, Shape shape)
    {
        Tensor x = Tensor.Randn(shape, random: new RandomStream(seed));
        x.RequiresGrad = true;
        return x;
    }

    static IEnumerable<double> Both(Tensor value, Tensor by) =>
        [value.Item(), .. Autograd.Grad(value, by).To(DType.Float64).ToArray<double>()];
}
