using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Nn;

/// <summary>
/// Computes x above 0 and slope · x at and below 0, with a learned slope for all channels or for each (He et al., 2015). PyTorch
/// equivalent: <c>torch.nn.PReLU</c>.
/// </summary>
/// <remarks>Input [N, C, ..] for a slope of each channel, or any shape for one slope; weight [count].</remarks>
public sealed class PReLU : Layer
{
    /// <summary>Initializes the layer.</summary>
    /// <param name="count">The number of slopes: 1, or the number C of channels. Default: 1.</param>
    /// <param name="slope">The initial slope; must be finite. Default: 0.25.</param>
    /// <param name="dtype">The type of the slopes. Default: Float32.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1, or the slope is not finite.</exception>
    public PReLU(int count = 1, double slope = 0.25, DType dtype = DType.Float32)
    {
        Slope = Require.Finite(slope, "PReLU");
        Weight = Parameter("weight", Tensor.Full([Require.AtLeast(1, count, "PReLU")], slope, dtype));
    }

    /// <summary>Gets the number of slopes.</summary>
    public int Count => Weight.Count;

    /// <summary>Gets the initial slope.</summary>
    public double Slope { get; }

    /// <summary>Gets the slopes, [count].</summary>
    public Tensor Weight { get; }

    /// <inheritdoc/>
    protected override string Description => OptionText.Of([], ("count", Count, 1), ("slope", Slope, 0.25));

    /// <inheritdoc/>
    /// <exception cref="ShapeException">There are several slopes and not as many channels.</exception>
    protected override Tensor Compute(Tensor input) => TensorFormula.Map(default(Bent), input, SlopesFor(input));

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) =>
        graph.Node("PRelu", [input, Count == 1 ? graph.Weight(Weight) : graph.Channels(graph.Weight(Weight), input.Shape.Rank)]);

    Tensor SlopesFor(Tensor input)
    {
        if (Weight.Count == 1)
        {
            return Weight.Reshape([]);
        }

        if (input.Rank < 2 || input.Shape[1] != Weight.Count)
        {
            throw new ShapeException(
                $"PReLU: the input must be [N, C, ..] with C = {Weight.Count}, the number of slopes, but is {input.Shape}.");
        }

        int[] shape = [.. Enumerable.Repeat(1, input.Rank)];
        shape[1] = Weight.Count;
        return Weight.Reshape(shape);
    }

    readonly struct Bent : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T slope)
            where T : struct, IReal<T> => T.Select(x > 0, x, slope * x);
    }
}
