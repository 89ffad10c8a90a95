using Criterion.Numbers;

namespace Criterion.Formulas;

/// <summary>A formula of one number.</summary>
public interface IUnaryFormula
{
    /// <summary>Computes the formula.</summary>
    T Value<T>(T x)
        where T : struct, IReal<T>;
}

/// <summary>A formula of two numbers, such as a prediction and a target.</summary>
public interface IBinaryFormula
{
    /// <summary>Computes the formula.</summary>
    T Value<T>(T x, T y)
        where T : struct, IReal<T>;
}

/// <summary>A formula of three numbers, such as a prediction, a target and a weight.</summary>
public interface ITernaryFormula
{
    /// <summary>Computes the formula.</summary>
    T Value<T>(T x, T y, T z)
        where T : struct, IReal<T>;
}
