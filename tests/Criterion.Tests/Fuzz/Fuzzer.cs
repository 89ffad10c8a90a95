using Criterion.Losses;
using Criterion.Memory;

namespace Criterion.Tests.Fuzz;

/// <summary>Makes calls by their number, under red zones, and compares each with the same call in other circumstances.</summary>
static class Fuzzer
{
    /// <summary>Messages of the framework's own checks: they mean that the library let something through.</summary>
    static readonly string[] Foreign =
    [
        "Specified argument was out of the range of valid values", "Destination is too short", "Input span arguments must all have",
        "must have the same length", "Index was out of range", "Length of items must be same as length of keys",
    ];

    static readonly string[] OfLayout = ["is not contiguous", "share memory"];

    /// <summary>Losses that are the absolute value of a difference of differences.</summary>
    static readonly string[] HasKinks = ["GradientLoss", "TotalVariationLoss"];

    static readonly FuzzMode[] SameBits = [new(2), new(5)];

    /// <summary>How many calls gave a result, how many a typed error.</summary>
    public static (int Results, int Refused) Count { get; private set; }

    public static FuzzTarget TargetOf(int number) => FuzzTarget.All[number % FuzzTarget.All.Count];

    /// <summary>Makes a call; returns what is wrong with it and how to repeat it, or null.</summary>
    public static string? Check(int number)
    {
        FuzzTarget target = TargetOf(number);
        string? fault = FaultOf(target, number);
        return fault is null ? null : $"{target.Name}: {fault} (CRITERION_FUZZ={number})";
    }

    static string? FaultOf(FuzzTarget target, int seed)
    {
        int threads = Compute.Threads;
        using RedZones zones = RedZones.Open();
        try
        {
            Outcome first = Guarded(target, seed, new(), zones, out FuzzDraw draw, out string? fault);
            Count = first.Error is null ? (Count.Results + 1, Count.Refused) : (Count.Results, Count.Refused + 1);
            if (fault is not null)
            {
                return fault;
            }

            foreach (FuzzMode mode in SameBits)
            {
                Outcome other = Guarded(target, seed, mode, zones, out _, out fault);
                if ((fault ?? first.DifferenceInBits(other)) is { } difference)
                {
                    return $"on {mode.Threads} threads: {difference}";
                }
            }

            if (IsOfLayout(first.Error))
            {
                return null;
            }

            Outcome plain = Guarded(target, seed, new(IsPlain: true), zones, out _, out fault);
            if ((fault ?? first.Difference(plain, draw.IsWild ? double.MaxValue : 1e-4, 1e-9)) is { } layout)
            {
                return $"of contiguous copies: {layout}";
            }

            bool hasTwin = draw.IsSingle && !draw.IsWild && !target.Method.IsGenericMethod && !first.DrewRandomNumbers;
            return hasTwin && target.Type != typeof(KoLeoLoss) ? InDouble(target, seed, first, zones) : null;
        }
        finally
        {
            Compute.Threads = threads;
        }
    }

    /// <summary>
    /// The numbers of double precision. What is refused may be for the mixture of types that it was. Second gradients, and the first of
    /// what has kinks, may be anything where rounding crosses a kink or what is left is rounding alone. KoLeoLoss is not compared: where
    /// rows are equal it is the logarithm of what rounding leaves.
    /// </summary>
    static string? InDouble(FuzzTarget target, int seed, Outcome single, RedZones zones)
    {
        Outcome exact = Guarded(target, seed, new(IsPlain: true, IsDouble: true), zones, out _, out string? fault);
        if (fault is null && single.Error is null)
        {
            string[] unsteady = HasKinks.Contains(target.Type.Name) ? ["second gradients", "gradients"] : ["second gradients"];
            fault = single.Without(unsteady).Difference(exact.Without(unsteady), 5e-3, 1e-4);
        }

        return fault is null ? null : $"in double precision: {fault}";
    }

    static Outcome Guarded(FuzzTarget target, int seed, FuzzMode mode, RedZones zones, out FuzzDraw draw, out string? fault)
    {
        Outcome outcome = FuzzCall.Run(target, seed, mode, out draw);
        IReadOnlyList<string> damage = zones.Check();
        zones.Clear();
        fault = damage.Count > 0 ? damage[0] : outcome.Error is { } error && !IsTyped(error) ? Describe(error) : null;
        return outcome;
    }

    /// <summary>Whether a view is refused where a contiguous tensor is not, because it is to be changed in place.</summary>
    static bool IsOfLayout(Exception? error) =>
        error is TensorException && Array.Exists(OfLayout, text => error.Message.Contains(text, StringComparison.Ordinal));

    /// <summary>The error and where in the library it came from.</summary>
    public static string Describe(Exception error)
    {
        string[] lines = (error.StackTrace ?? "").Split('\n');
        IEnumerable<string> own = lines.Where(static line => line.Contains("at Criterion.", StringComparison.Ordinal)).Take(3);
        return $"{error.GetType().Name}: {error.Message} {string.Join("; ", own.Select(static line => line.Trim()))}";
    }

    /// <summary>An error of the library's own, or an argument error that names what is wrong.</summary>
    public static bool IsTyped(Exception error) =>
        error.GetType().Assembly == typeof(Tensor).Assembly
        || (error is ArgumentException && !Array.Exists(Foreign, text => error.Message.Contains(text, StringComparison.Ordinal)));
}
