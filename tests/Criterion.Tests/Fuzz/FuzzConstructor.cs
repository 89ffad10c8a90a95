using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;

namespace Criterion.Tests.Fuzz;

/// <summary>Calls constructors, those that take spans among them.</summary>
static class FuzzConstructor
{
    static readonly ConcurrentDictionary<ConstructorInfo, Func<object?[], object>> Compiled = new();

    public static Func<object?[], object> Of(ConstructorInfo constructor) => Compiled.GetOrAdd(constructor, static made =>
    {
        ParameterExpression arguments = Expression.Parameter(typeof(object?[]));
        Expression call = Expression.New(made, FuzzTarget.Pass(made.GetParameters(), arguments, []));
        return Expression.Lambda<Func<object?[], object>>(Expression.Convert(call, typeof(object)), arguments).Compile();
    });
}
