using Criterion.Losses;

namespace Criterion.Tests.Losses;

/// <summary>Predictions and targets for tests.</summary>
static class Drawn
{
    /// <summary>Two tensors of normal numbers.</summary>
    public static Tensor[] Normal(Shape shape, RandomStream random) =>
        [Tensor.Randn(shape, DType.Float64, random), Tensor.Randn(shape, DType.Float64, random)];

    /// <summary>Two tensors whose differences, of both signs, lie to both sides of a kink and not near it nor near 0.</summary>
    public static Tensor[] AwayFrom(double kink, Shape shape, RandomStream random)
    {
        Tensor x = Tensor.Randn(shape, DType.Float64, random);
        Tensor inside = Tensor.Rand(shape, DType.Float64, random, low: 0.1 * kink, high: 0.9 * kink);
        Tensor outside = Tensor.Rand(shape, DType.Float64, random, low: kink + 0.1, high: kink + 2);
        Tensor size = Tensor.Where(Coin(x, kink == 0 ? 0 : 0.5, random), inside, outside);
        return [x, x + Tensor.Where(Coin(x, 0.5, random), size, -size)];
    }

    static Tensor Coin(Tensor like, double share, RandomStream random) => Tensor.RandLike(like, random).Less(share);
}

/// <summary>A loss of x − y against its formula written plainly.</summary>
static class OneNumber
{
    public static void Is(IPredictionLoss loss, Func<double, double> formula, params double[] differences)
    {
        foreach (double d in differences)
        {
            double actual = loss.Forward(Tensor.From<double>([d + 0.5]), Tensor.From<double>([0.5])).Item();
            Assert.True(
                Math.Abs(formula(d) - actual) <= 1e-12 * Math.Max(1, Math.Abs(actual)), $"at {d}: {actual} instead of {formula(d)}");
        }
    }
}

/// <summary>Derivatives of single losses by the prediction.</summary>
static class Kink
{
    public static double[] Derivatives(IPredictionLoss loss, Tensor prediction, Tensor target) =>
        First(loss, Leaf(prediction), target).ToArray<double>();

    public static double[] SecondDerivatives(IPredictionLoss loss, Tensor prediction, Tensor target)
    {
        Tensor x = Leaf(prediction);
        return Criterion.Autograd.Grad(First(loss, x, target).Sum(), x).ToArray<double>();
    }

    static Tensor First(IPredictionLoss loss, Tensor x, Tensor target) =>
        Criterion.Autograd.Grad(loss.Forward(x, target) * x.Count, x, createGraph: true);

    static Tensor Leaf(Tensor x)
    {
        Tensor leaf = x.Detach().Clone();
        leaf.RequiresGrad = true;
        return leaf;
    }
}

/// <summary>The numbers that shared oracles are worked out for.</summary>
static class Oracles
{
    public static Tensor Prediction => Tensor.From<double>([-1, 0.2, 0.5, 3]);

    public static Tensor Target => Tensor.From<double>([0, 0.5, 0, 1]);
}
