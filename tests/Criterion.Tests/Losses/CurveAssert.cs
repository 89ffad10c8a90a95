using Criterion.Losses;

namespace Criterion.Tests.Losses;

/// <summary>What holds for the curves that a criterion shows.</summary>
static class CurveAssert
{
    public static void AreSmooth(ICriterion criterion)
    {
        foreach (LossCurve curve in criterion.Curves())
        {
            Tensor x = Tensor.Linspace(curve.From, curve.To, 21, DType.Float64);
            x.RequiresGrad = true;
            Tensor y = curve.Value(x);
            Assert.Equal(x.Shape, y.Shape);
            Assert.All(y.ToArray<double>(), static value => Assert.True(double.IsFinite(value)));
            y.Sum().Backward();
            Assert.All(x.Grad!.ToArray<double>(), static value => Assert.True(double.IsFinite(value)));
        }
    }
}
