using System.Runtime.CompilerServices;
using Criterion.Numbers;

namespace Criterion.Formulas;

// Formulas made from formulas: the drivers know only how to map, so a gradient is one more formula to map.

/// <summary>g · f′(x).</summary>
internal readonly struct UnaryGradient<TFormula>(TFormula formula) : IBinaryFormula
    where TFormula : struct, IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x, T g)
        where T : struct, IReal<T> => g * formula.Value(Dual<T>.Variable(x)).Tangent;
}

/// <summary>g · ∂f/∂x.</summary>
internal readonly struct FirstGradient<TFormula>(TFormula formula) : ITernaryFormula
    where TFormula : struct, IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x, T y, T g)
        where T : struct, IReal<T> => g * formula.Value(Dual<T>.Variable(x), Dual<T>.Fixed(y)).Tangent;
}

/// <summary>g · ∂f/∂y.</summary>
internal readonly struct SecondGradient<TFormula>(TFormula formula) : ITernaryFormula
    where TFormula : struct, IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x, T y, T g)
        where T : struct, IReal<T> => g * formula.Value(Dual<T>.Fixed(x), Dual<T>.Variable(y)).Tangent;
}

/// <summary>∂f/∂x.</summary>
internal readonly struct FirstSlope<TFormula>(TFormula formula) : ITernaryFormula
    where TFormula : struct, ITernaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x, T y, T z)
        where T : struct, IReal<T> => formula.Value(Dual<T>.Variable(x), Dual<T>.Fixed(y), Dual<T>.Fixed(z)).Tangent;
}

/// <summary>∂f/∂y.</summary>
internal readonly struct SecondSlope<TFormula>(TFormula formula) : ITernaryFormula
    where TFormula : struct, ITernaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x, T y, T z)
        where T : struct, IReal<T> => formula.Value(Dual<T>.Fixed(x), Dual<T>.Variable(y), Dual<T>.Fixed(z)).Tangent;
}

/// <summary>∂f/∂z.</summary>
internal readonly struct ThirdSlope<TFormula>(TFormula formula) : ITernaryFormula
    where TFormula : struct, ITernaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x, T y, T z)
        where T : struct, IReal<T> => formula.Value(Dual<T>.Fixed(x), Dual<T>.Fixed(y), Dual<T>.Variable(z)).Tangent;
}

/// <summary>A formula of one number where the drivers expect three.</summary>
internal readonly struct OfOne<TFormula>(TFormula formula) : IMapFormula
    where TFormula : struct, IUnaryFormula
{
    public static int Arity => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T a, T b, T c)
        where T : struct, IReal<T> => formula.Value(a);

    public Tensor Map(Tensor a, Tensor b, Tensor c) => TensorFormula.Map(formula, a);
}

/// <summary>A formula of two numbers where the drivers expect three.</summary>
internal readonly struct OfTwo<TFormula>(TFormula formula) : IMapFormula
    where TFormula : struct, IBinaryFormula
{
    public static int Arity => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T a, T b, T c)
        where T : struct, IReal<T> => formula.Value(a, b);

    public Tensor Map(Tensor a, Tensor b, Tensor c) => TensorFormula.Map(formula, a, b);
}

/// <summary>A formula of three numbers, as the drivers expect it.</summary>
internal readonly struct OfThree<TFormula>(TFormula formula) : IMapFormula
    where TFormula : struct, ITernaryFormula
{
    public static int Arity => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T a, T b, T c)
        where T : struct, IReal<T> => formula.Value(a, b, c);

    public Tensor Map(Tensor a, Tensor b, Tensor c) => TensorFormula.Map(formula, a, b, c);
}

/// <summary>What the map driver runs: up to three inputs, of which it loads <see cref="Arity"/>.</summary>
internal interface IMapFormula
{
    static abstract int Arity { get; }

    T Value<T>(T a, T b, T c)
        where T : struct, IReal<T>;

    /// <summary>The formula over tensors, recorded.</summary>
    Tensor Map(Tensor a, Tensor b, Tensor c);
}
