using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses;

/// <summary>
/// How far single precision is from the truth, for Criterion and for PyTorch: both get the same inputs, rounded to float32, and the
/// truth is what Criterion says in float64 of just these (that this agrees with PyTorch's float64 the golden numbers show).
/// </summary>
static class Accuracy
{
    /// <summary>What rounding alone may cost, in units of the last place.</summary>
    public const double Slack = 4;

    /// <summary>Where terms cancel, the last place is that of a number of this share of the largest, or of this number itself.</summary>
    public const double Share = 0.5;

    const double Unit = 1.0 / (1 << 23);

    /// <summary>Output and gradients are no further from the truth than PyTorch's, as far as the case holds these.</summary>
    public static void NoWorseThanPyTorch(GoldenCase golden, Func<Tensor[], Tensor> loss, double slack = Slack)
    {
        if (golden.Tensor("single") is not { } theirs)
        {
            return;
        }

        Tensor[] single = Rounded(golden, DType.Float32);
        Tensor[] exact = Rounded(golden, DType.Float64);
        Tensor ours = loss(single);
        Tensor truth = loss(exact);
        NoWorse($"{golden}: output", truth, theirs, ours, slack);
        if (golden.U is not { } u)
        {
            return;
        }

        Tensor weights = u.To(DType.Float32);
        ours.Backward(weights);
        truth.Backward(weights.To(DType.Float64));
        for (int i = 0; i < single.Length; i++)
        {
            if (golden.Differentiable(i))
            {
                NoWorse($"{golden}: gradient of input {i}", Gradient(exact[i]), golden.SingleGradient(i), Gradient(single[i]), slack);
            }
        }
    }

    /// <summary>Says where one result in single precision is further from the truth than another.</summary>
    public static void NoWorse(string what, Tensor truth, Tensor theirs, Tensor ours, double slack = Slack)
    {
        double[] right = Numbers(truth);
        double[] other = Numbers(theirs.To(DType.Float32));
        double[] own = Numbers(ours);
        double terms = Share * Math.Min(1, right.Max(Math.Abs));
        for (int i = 0; i < right.Length; i++)
        {
            Assert.True(
                IsNothing(own[i], right[i], other[i])
                    || Error(own[i], right[i]) <= Math.Max(
                        Finite(Error(other[i], right[i])), slack * Unit * Math.Max(terms, Math.Abs(right[i]))),
                $"{what}, element {i}: {own[i]:R} is {Error(own[i], right[i]):E2} from {right[i]:R}, PyTorch's {other[i]:R} is "
                + $"{Error(other[i], right[i]):E2}");
        }
    }

    // What is not used has none.
    static Tensor Gradient(Tensor x) => x.Grad ?? Tensor.ZerosLike(x);

    static double Error(double actual, double truth) => actual.Equals(truth) || (float)truth == actual ? 0 : Math.Abs(actual - truth);

    // Inputs that single precision does not hold have no result at all.
    static bool IsNothing(params ReadOnlySpan<double> numbers) => !numbers.ContainsAnyExcept(double.NaN);

    // Where PyTorch fails altogether that is no licence.
    static double Finite(double error) => double.IsFinite(error) ? error : 0;

    static double[] Numbers(Tensor x) => x.Detach().To(DType.Float64).ToArray<double>();

    static Tensor[] Rounded(GoldenCase golden, DType type) => [.. golden.Inputs().Select((x, i) =>
    {
        Tensor rounded = x.DType == DType.Float64 ? x.Detach().To(DType.Float32).To(type).Clone() : x;
        rounded.RequiresGrad = golden.Differentiable(i);
        return rounded;
    })];
}
