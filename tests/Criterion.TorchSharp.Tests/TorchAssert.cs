using TorchSharp;

namespace Criterion.TorchSharp.Tests;

/// <summary>Comparisons of tensors of both libraries.</summary>
static class TorchAssert
{
    /// <summary>Returns the elements, read by TorchSharp alone.</summary>
    public static double[] Values(torch.Tensor tensor)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor numbers = tensor.detach().cpu().to(torch.float64);

        // LibTorch's zeros may have no memory.
        return (torch.zeros(numbers.shape, torch.float64) + numbers).contiguous().data<double>().ToArray();
    }

    public static void Equal(Tensor expected, torch.Tensor actual, double tolerance)
    {
        Assert.Equal([.. expected.Shape.Select(static size => (long)size)], actual.shape);
        Equal(expected.To(DType.Float64).ToArray<double>(), Values(actual), tolerance);
    }

    public static void Equal(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])),
                $"element {i} is {actual[i]:R}, not {expected[i]:R}");
        }
    }
}
