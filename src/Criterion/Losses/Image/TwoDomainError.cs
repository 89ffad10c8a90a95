namespace Criterion.Losses;

/// <summary>The weighted sum of two absolute errors, one for each domain of a translation.</summary>
internal static class TwoDomainError
{
    public static Tensor Sum(string loss, double weightA, Tensor madeA, Tensor realA, double weightB, Tensor madeB, Tensor realB)
    {
        CheckSide(loss, "A", madeA, realA);
        CheckSide(loss, "B", madeB, realB);
        return (new L1Loss().Forward(madeA, realA.Detach()) * weightA) + (new L1Loss().Forward(madeB, realB.Detach()) * weightB);
    }

    public static string ToLatex(double weightA, string madeA, string a, double weightB, string madeB, string b)
    {
        static string Error(string x, string y) => TensorFormula.ToLatex(default(L1Loss.AbsoluteError), x, y);
        return FormattableString.Invariant(
            $@"{weightA} \cdot \operatorname{{mean}} {Error(madeA, a)} + {weightB} \cdot \operatorname{{mean}} {Error(madeB, b)}");
    }

    public static IEnumerable<LossCurve> Curves(double weight, string axis) =>
        [new("one side", axis, -1, 1, x => TensorFormula.Map(default(L1Loss.AbsoluteError), x, Tensor.ZerosLike(x)) * weight)];

    static void CheckSide(string loss, string side, Tensor made, Tensor real)
    {
        ArgumentNullException.ThrowIfNull(made);
        ArgumentNullException.ThrowIfNull(real);
        if (made.Shape != real.Shape)
        {
            throw new ShapeException(
                $"{loss}: generated images {made.Shape} and real images {real.Shape} of domain {side} differ in shape. "
                + "Losses never broadcast.");
        }
    }
}
