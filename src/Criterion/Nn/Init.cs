namespace Criterion.Nn;

/// <summary>Specifies which fan preserves the variance in Kaiming initialization.</summary>
public enum FanMode
{
    /// <summary>The inputs of an output: activations preserve their variance in the forward pass.</summary>
    FanIn,

    /// <summary>The outputs of an input: gradients preserve their variance in the backward pass.</summary>
    FanOut,
}

/// <summary>Specifies the nonlinearity after the weights, which determines the gain.</summary>
public enum Nonlinearity
{
    /// <summary>No nonlinearity; gain 1.</summary>
    Linear,

    /// <summary>A sigmoid; gain 1.</summary>
    Sigmoid,

    /// <summary>tanh; gain 5/3.</summary>
    Tanh,

    /// <summary>ReLU; gain √2.</summary>
    ReLU,

    /// <summary>Leaky ReLU of slope a; gain √(2 / (1 + a²)).</summary>
    LeakyReLU,

    /// <summary>SELU; gain 3/4.</summary>
    SELU,
}

/// <summary>Initializes weights in place, without recording. PyTorch equivalent: <c>torch.nn.init</c>.</summary>
/// <remarks>Every method takes a random stream (default: <see cref="RandomStream.Default"/>) and returns the same tensor.</remarks>
public static class Init
{
    /// <summary>Sets all values to one number.</summary>
    public static Tensor Constant(Tensor tensor, double value)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        using (Autograd.NoGrad())
        {
            tensor.Fill(value);
        }

        return tensor;
    }

    /// <summary>Draws from a normal distribution.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The mean or the deviation is not finite, or the deviation is negative.</exception>
    public static Tensor Normal(Tensor tensor, double mean = 0, double deviation = 1, RandomStream? random = null)
    {
        Require.Finite(mean, "Init.Normal");
        Require.NonNegative(deviation, "Init.Normal");
        return Replace(tensor, like => Tensor.Randn(like.Shape, like.DType, random, mean, deviation));
    }

    /// <summary>Draws from a uniform distribution over [low, high).</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="low"/> is above <paramref name="high"/>, or one is not finite.
    /// </exception>
    public static Tensor Uniform(Tensor tensor, double low = 0, double high = 1, RandomStream? random = null) =>
        low <= high && double.IsFinite(high - low)
            ? Replace(tensor, like => Tensor.Rand(like.Shape, like.DType, random, low, high))
            : throw new ArgumentOutOfRangeException(
                nameof(low), $"Init.Uniform: [{low}, {high}) is not a finite range. Choose a low that is at most high.");

    /// <summary>Draws from a uniform distribution within ±gain · √(6 / (fan-in + fan-out)) (Glorot and Bengio, 2010).</summary>
    /// <exception cref="ShapeException">The tensor has fewer than two dims.</exception>
    public static Tensor XavierUniform(Tensor tensor, double gain = 1, RandomStream? random = null)
    {
        double bound = gain * Math.Sqrt(6.0 / BothFans(tensor));
        return Uniform(tensor, -bound, bound, random);
    }

    /// <summary>Draws from a normal distribution with deviation gain · √(2 / (fan-in + fan-out)) (Glorot and Bengio, 2010).</summary>
    /// <exception cref="ShapeException">The tensor has fewer than two dims.</exception>
    public static Tensor XavierNormal(Tensor tensor, double gain = 1, RandomStream? random = null) =>
        Normal(tensor, 0, gain * Math.Sqrt(2.0 / BothFans(tensor)), random);

    /// <summary>Draws from a uniform distribution within ±gain · √(3 / fan) (He et al., 2015).</summary>
    /// <param name="tensor">The weights.</param>
    /// <param name="slope">a, the slope of the leaky ReLU after the weights; ignored by other nonlinearities. Default: 0.</param>
    /// <param name="mode">Which fan preserves its variance. Default: FanIn.</param>
    /// <param name="nonlinearity">The nonlinearity after the weights. Default: LeakyReLU.</param>
    /// <param name="random">The random stream. Default: <see cref="RandomStream.Default"/>.</param>
    /// <exception cref="ShapeException">The tensor has fewer than two dims.</exception>
    public static Tensor KaimingUniform(
        Tensor tensor,
        double slope = 0,
        FanMode mode = FanMode.FanIn,
        Nonlinearity nonlinearity = Nonlinearity.LeakyReLU,
        RandomStream? random = null)
    {
        double bound = Math.Sqrt(3) * KaimingDeviation(tensor, slope, mode, nonlinearity);
        return Uniform(tensor, -bound, bound, random);
    }

    /// <summary>Draws from a normal distribution with deviation gain / √fan (He et al., 2015).</summary>
    /// <inheritdoc cref="KaimingUniform" path="/param"/>
    /// <inheritdoc cref="KaimingUniform" path="/exception"/>
    public static Tensor KaimingNormal(
        Tensor tensor,
        double slope = 0,
        FanMode mode = FanMode.FanIn,
        Nonlinearity nonlinearity = Nonlinearity.LeakyReLU,
        RandomStream? random = null) => Normal(tensor, 0, KaimingDeviation(tensor, slope, mode, nonlinearity), random);

    /// <summary>
    /// Draws a random matrix with orthonormal rows or columns, whichever are fewer (Saxe et al., 2014). Dimensions after the first count as
    /// columns.
    /// </summary>
    /// <exception cref="ShapeException">The tensor has fewer than two dims.</exception>
    public static Tensor Orthogonal(Tensor tensor, double gain = 1, RandomStream? random = null)
    {
        _ = Fans(NotNull(tensor).Shape);
        return Replace(tensor, like =>
        {
            int rows = like.Shape[0];
            int columns = like.Count / Math.Max(1, rows);
            (int vectors, int length) = (Math.Min(rows, columns), Math.Max(rows, columns));
            double[] basis = Tensor.Randn([vectors, length], DType.Float64, random).ToArray<double>();
            Orthonormalise(basis, vectors, length);
            Tensor matrix = Tensor.From(basis, [vectors, length]) * gain;
            return (rows <= columns ? matrix : matrix.Transpose()).Reshape(like.Shape);
        });
    }

    /// <summary>Returns the gain of a nonlinearity, from the table of <c>torch.nn.init.calculate_gain</c>.</summary>
    /// <param name="nonlinearity">The nonlinearity after the weights.</param>
    /// <param name="slope">The slope of a leaky ReLU. Default: 0.01.</param>
    public static double Gain(Nonlinearity nonlinearity, double slope = 0.01) => nonlinearity switch
    {
        Nonlinearity.Tanh => 5.0 / 3,
        Nonlinearity.ReLU => Math.Sqrt(2),
        Nonlinearity.LeakyReLU => Math.Sqrt(2 / (1 + (slope * slope))),
        Nonlinearity.SELU => 0.75,
        _ => 1,
    };

    /// <summary>
    /// Returns the number of inputs of each output and of outputs of each input: [out, in, kernel…] → (in · kernel, out · kernel).
    /// </summary>
    /// <exception cref="ShapeException">The shape has fewer than two dims.</exception>
    public static (int In, int Out) Fans(Shape shape)
    {
        if (shape.Rank < 2)
        {
            throw new ShapeException(
                $"Init: {shape} has no fans: weights must have at least two dimensions, [out, in, ..]. Use Normal, Uniform or Constant.");
        }

        int field = shape.CountOf(2, shape.Rank);
        return (shape[1] * field, shape[0] * field);
    }

    static int BothFans(Tensor tensor)
    {
        (int fanIn, int fanOut) = Fans(NotNull(tensor).Shape);
        return fanIn + fanOut;
    }

    static double KaimingDeviation(Tensor tensor, double slope, FanMode mode, Nonlinearity nonlinearity)
    {
        (int fanIn, int fanOut) = Fans(NotNull(tensor).Shape);
        return Gain(nonlinearity, slope) / Math.Sqrt(Math.Max(1, mode == FanMode.FanIn ? fanIn : fanOut));
    }

    static Tensor Replace(Tensor tensor, Func<Tensor, Tensor> values)
    {
        using (Autograd.NoGrad())
        {
            NotNull(tensor).CopyFrom(values(tensor));
        }

        return tensor;
    }

    // Gram–Schmidt, twice for each vector: once loses precision, twice is enough (Giraud et al., 2005).
    static void Orthonormalise(double[] basis, int vectors, int length)
    {
        for (int i = 0; i < vectors; i++)
        {
            Span<double> vector = basis.AsSpan(i * length, length);
            for (int j = 0; j < 2 * i; j++)
            {
                ReadOnlySpan<double> other = basis.AsSpan(j % i * length, length);
                double along = System.Numerics.Tensors.TensorPrimitives.Dot<double>(vector, other);
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(other, -along, vector, vector);
            }

            double norm = System.Numerics.Tensors.TensorPrimitives.Norm<double>(vector);
            System.Numerics.Tensors.TensorPrimitives.Divide(vector, norm, vector);
        }
    }

    static Tensor NotNull(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor;
    }
}
