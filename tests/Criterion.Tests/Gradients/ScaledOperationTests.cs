namespace Criterion.Tests.Gradients;

/// <summary>
/// Every operation on floats that are large or small: where a float can represent them, value and gradient are those of double precision,
/// in which no square of a float is out of range.
/// </summary>
public class ScaledOperationTests
{
    // Rounding is relative to the largest element: operations add up.
    const double Tolerance = 1e-4;

    // What a gradient is multiplied by may overflow before the product with a smaller gradient from above does.
    const double Most = float.MaxValue / 10;

    public static IEnumerable<TheoryDataRow<string, double>> Cases() =>
        from row in Operations.Names()
        from scale in new[] { 1e-36, 1e-30, 1e-20, 1e20, 1e30 }
        select new TheoryDataRow<string, double>(row.Data, scale) { TestDisplayName = $"{row.Data} at {scale}" };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Floats_of_any_size_have_the_results_of_doubles(string name, double scale)
    {
        Operation operation = Operations.Find(name);
        Tensor[] single = Operation.Learned([.. operation.Inputs.Select((operand, i) => Scaled(operand.Make(i, DType.Float64), scale))]);
        Tensor[] twice = Operation.Learned([.. single.Select(static x => x.DType.IsFloat() ? x.Detach().To(DType.Float64) : x)]);
        foreach ((Tensor exact, Tensor actual) in operation.Evaluate(twice).Zip(operation.Evaluate(single)))
        {
            double[] expected = exact.To(DType.Float64).ToArray<double>();
            double[] values = actual.To(DType.Float64).ToArray<double>();
            double largest = expected.Where(static v => Math.Abs(v) <= float.MaxValue).Select(Math.Abs).DefaultIfEmpty(0).Max();
            for (int i = 0; i < expected.Length; i++)
            {
                bool isRight = Math.Abs(expected[i]) > Most
                    ? !double.IsNaN(values[i])
                    : Math.Abs(values[i] - expected[i]) <= (Tolerance * largest) + 1e-43 || double.IsNaN(expected[i]);
                Assert.True(isRight, $"element {i}: {values[i]:R} for {expected[i]:R}");
            }
        }
    }

    static Tensor Scaled(Tensor x, double scale) => x.DType.IsFloat() ? (x * scale).To(DType.Float32).Detach() : x;
}
