using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Nn;

/// <summary>The base of layers that zero a random share of their input in training and scale the rest.</summary>
public abstract class DropoutBase : Layer
{
    readonly RandomStream _random;

    private protected DropoutBase(double probability, RandomStream? random) =>
        (Probability, _random) = (Require.InUnitInterval(probability, GetType().Name), Stream(random));

    /// <summary>Gets p, the probability of zeroing a value.</summary>
    public double Probability { get; }

    /// <inheritdoc/>
    protected sealed override string Description => OptionText.Of([Probability]);

    /// <inheritdoc/>
    protected sealed override Tensor Compute(Tensor input)
    {
        if (!IsTraining || Probability == 0)
        {
            return input;
        }

        Tensor x = input.Floating();
        return TensorFormula.Map(new ZeroedAndScaled(Probability), x, Tensor.Rand(NoiseShape(x), x.DType, _random));
    }

    /// <inheritdoc/>
    protected internal sealed override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) => input;

    /// <summary>Returns the shape of the random numbers, which is broadcast to the input's.</summary>
    private protected abstract Shape NoiseShape(Tensor input);

    /// <summary>x times 0 where the noise is below p, else x / (1 − p). NaN stays NaN.</summary>
    readonly struct ZeroedAndScaled(double probability) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T noise)
            where T : struct, IReal<T> =>
            x * T.Select(noise < probability, 0, probability < 1 ? 1 / (1 - probability) : 0);
    }
}

/// <summary>
/// Dropout: in training each value is 0 with probability p and x / (1 − p) otherwise; in evaluation x is unchanged. PyTorch equivalent:
/// <c>torch.nn.Dropout</c>.
/// </summary>
public sealed class Dropout : DropoutBase
{
    /// <summary>Initializes the layer.</summary>
    /// <param name="probability">p, the probability of zeroing a value, in [0, 1]. Default: 0.5.</param>
    /// <param name="random">The random stream. Default: <see cref="RandomStream.Default"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">p is not in [0, 1].</exception>
    public Dropout(double probability = 0.5, RandomStream? random = null)
        : base(probability, random)
    {
    }

    private protected override Shape NoiseShape(Tensor input) => input.Shape;
}

/// <summary>
/// Dropout of whole channels of images [N, C, H, W]: in training each channel of each image is 0 with probability p and x / (1 − p)
/// otherwise; in evaluation x is unchanged (Tompson et al., 2015). PyTorch equivalent: <c>torch.nn.Dropout2d</c>.
/// </summary>
public sealed class Dropout2d : DropoutBase
{
    /// <summary>Initializes the layer.</summary>
    /// <param name="probability">p, the probability of zeroing a channel, in [0, 1]. Default: 0.5.</param>
    /// <param name="random">The random stream. Default: <see cref="RandomStream.Default"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">p is not in [0, 1].</exception>
    public Dropout2d(double probability = 0.5, RandomStream? random = null)
        : base(probability, random)
    {
    }

    private protected override Shape NoiseShape(Tensor input) => input.Rank == 4
        ? [input.Shape[0], input.Shape[1], 1, 1]
        : throw new ShapeException(
            $"Dropout2d: the input must be [N, C, H, W], but is {input.Shape}. Use Dropout for other shapes.");
}
