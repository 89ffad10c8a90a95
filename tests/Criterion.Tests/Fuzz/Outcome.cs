using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using Criterion.Metrics;

namespace Criterion.Tests.Fuzz;

/// <summary>What a call gave: numbers with their shapes, or an exception.</summary>
sealed class Outcome
{
    public List<Result> Numbers { get; } = [];

    public Exception? Error { get; set; }

    /// <summary>Whether a random stream was drawn from: other element types draw other numbers.</summary>
    public bool DrewRandomNumbers { get; set; }

    /// <summary>Adds the numbers in a result, whatever holds them.</summary>
    public void Add(string what, object? value, int depth = 0)
    {
        switch (value)
        {
            case null or string or Delegate or Type:
                break;
            case Tensor tensor:
                Numbers.Add(new(what, tensor.Shape, tensor.DType, tensor.Detach().To(DType.Float64).ToArray<double>()));
                break;
            case IConvertible number:
                Numbers.Add(new(what, [], DType.Float64, [Convert.ToDouble(number, null)]));
                break;
            case ITuple tuple:
                for (int i = 0; i < tuple.Length; i++)
                {
                    Add($"{what}.{i}", tuple[i], depth);
                }

                break;
            case IEnumerable items when depth < 4:
                int index = 0;
                foreach (object? item in items)
                {
                    Add($"{what}[{index++}]", item, depth + 1);
                }

                break;
            default:
                AddProperties(what, value, depth);
                break;
        }
    }

    /// <summary>The first difference in bits, or null.</summary>
    public string? DifferenceInBits(Outcome other) => Difference(other, static (a, b, _, _) => a.Equals(b));

    /// <summary>The first difference that rounding to single precision does not explain, or null.</summary>
    public string? Difference(Outcome other, double single, double twice) => Difference(other, (a, b, largest, type) =>
        a.Equals(b) || Math.Abs(a - b) <= (type == DType.Float64 ? twice : single) * (1 + largest) || Overflows(a, b));

    /// <summary>The outcome but for some results.</summary>
    public Outcome Without(params ReadOnlySpan<string> names)
    {
        Outcome rest = new() { Error = Error };
        foreach (Result result in Numbers)
        {
            if (!names.Contains(result.What.Split('[')[0]))
            {
                rest.Numbers.Add(result);
            }
        }

        return rest;
    }

    /// <summary>Whether a number of double precision is too large for a single one.</summary>
    static bool Overflows(double single, double exact) =>
        Math.Abs(exact) > float.MaxValue && single == Math.CopySign(double.PositiveInfinity, exact);

    string? Difference(Outcome other, Func<double, double, double, DType, bool> agree)
    {
        if (Error?.GetType() != other.Error?.GetType())
        {
            return $"{Describe(Error)}, but {Describe(other.Error)}";
        }

        if (Error is not null)
        {
            return null;
        }

        if (Numbers.Count != other.Numbers.Count)
        {
            return $"{Numbers.Count} results, but {other.Numbers.Count}";
        }

        return Numbers.Zip(other.Numbers, (a, b) => Difference(a, b, agree)).FirstOrDefault(static difference => difference is not null);
    }

    static string? Difference(Result a, Result b, Func<double, double, double, DType, bool> agree)
    {
        if (a.Shape != b.Shape)
        {
            return $"{a.What} of shape {a.Shape}, but {b.Shape}";
        }

        double largest = b.Values.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max();
        for (int i = 0; i < a.Values.Length; i++)
        {
            if (!agree(a.Values[i], b.Values[i], largest, a.Type))
            {
                return $"{a.What} {a.Shape}: {a.Values[i]:R} at {i}, but {b.Values[i]:R}";
            }
        }

        return null;
    }

    static string Describe(Exception? error) => error is null ? "a result" : $"{error.GetType().Name}: {error.Message}";

    void AddProperties(string what, object value, int depth)
    {
        if (depth > 3 || value.GetType().Assembly != typeof(Tensor).Assembly)
        {
            return;
        }

        PropertyInfo[] properties = value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance);
        foreach (PropertyInfo property in properties.Where(static p => p.GetIndexParameters().Length == 0))
        {
            try
            {
                Add($"{what}.{property.Name}", property.GetValue(value), depth + 1);
            }
            catch (TargetInvocationException refused) when (refused.InnerException is TensorException or MetricException)
            {
                Add($"{what}.{property.Name}", 0);
            }
        }
    }

    /// <summary>The numbers of one tensor, or one number.</summary>
    public sealed record Result(string What, Shape Shape, DType Type, double[] Values);
}
