using System.ComponentModel.DataAnnotations;
using WebApi;

Service.Build(args).Run();

namespace WebApi
{
    /// <summary>Serves images of a trained generator: <c>GET /images/7.png</c> is the same image every time.</summary>
    public static class Service
    {
        public static WebApplication Build(string[] args)
        {
            WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
            const string Missing = "Pass --Generator RUN/generator.safetensors.";
            builder.Services.AddSingleton(new Painter(builder.Configuration["Generator"] ?? throw new ValidationException(Missing)));
            WebApplication app = builder.Build();
            app.MapGet("/images/{seed}.png", (ulong seed, Painter painter) => Results.Bytes(painter.Draw(seed, 1), "image/png"));
            app.MapGet("/grids/{seed}.png", (ulong seed, Painter painter) => Results.Bytes(painter.Draw(seed, 16), "image/png"));
            return app;
        }
    }
}
