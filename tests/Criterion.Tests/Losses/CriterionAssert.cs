using System.Reflection;
using System.Text.Json;
using Criterion.Losses;

namespace Criterion.Tests.Losses;

/// <summary>Assertions about every entry of the catalogue.</summary>
static class CriterionAssert
{
    /// <summary>Asserts a formula, finite curves with a gradient, and an entry in the catalogue, whose Source may be empty.</summary>
    public static void IsShown(ICriterion criterion)
    {
        string latex = criterion.ToLatex();
        Assert.NotEmpty(latex);
        Assert.Equal(latex.Count(static c => c == '{'), latex.Count(static c => c == '}'));
        HasCurves(criterion);
        CatalogueAttribute? entry = criterion.GetType().GetCustomAttribute<CatalogueAttribute>();
        Assert.NotNull(entry);
        Assert.DoesNotMatch(@"\.$", entry.Source);
        Assert.Matches(@"\.$", entry.Alternatives);
    }

    /// <summary>Its curves are finite with a finite gradient everywhere.</summary>
    public static void HasCurves(ICriterion criterion)
    {
        Assert.NotEmpty(criterion.Curves());
        Assert.All(criterion.Curves(), HasValueAndGradient);
    }

    /// <summary>Its options come back from JSON.</summary>
    public static void IsStored(object criterion)
    {
        string json = JsonSerializer.Serialize(criterion, criterion.GetType());
        Assert.Equal(criterion, JsonSerializer.Deserialize(json, criterion.GetType()));
    }

    static void HasValueAndGradient(LossCurve curve)
    {
        Tensor x = Tensor.Linspace(curve.From, curve.To, 31, DType.Float64);
        x.RequiresGrad = true;
        Tensor y = curve.Value(x);
        Assert.Equal(x.Shape, y.Shape);
        y.Sum().Backward();
        Assert.True(y.IsFinite().To(DType.Int64).Min().Item() == 1, $"{curve.Name}: {y}");
        Assert.True(x.Grad!.IsFinite().To(DType.Int64).Min().Item() == 1, $"{curve.Name}: {x.Grad}");
    }
}
