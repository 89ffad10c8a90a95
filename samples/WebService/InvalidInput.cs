using Criterion;

namespace WebService;

/// <summary>Middleware that answers 400 with the library's message, which names the operation, the values and the fix.</summary>
public static class InvalidInput
{
    public static async Task ToBadRequest(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (CriterionException e)
        {
            await Results.Problem(e.Message, statusCode: StatusCodes.Status400BadRequest).ExecuteAsync(context);
        }
    }
}
